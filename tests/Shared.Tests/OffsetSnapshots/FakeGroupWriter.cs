using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Tests.OffsetSnapshots;

/// <summary>Sets nothing, and keeps what it should have set.</summary>
internal sealed class FakeGroupWriter : IGroupWriter
{
    private int _begun;

    public Dictionary<string, IReadOnlyDictionary<PartitionId, CommittedOffset>> Set { get; } = [];

    public string? Refused { get; set; }

    public int Refusals { get; set; } = int.MaxValue;

    public Task Gate { get; set; } = Task.CompletedTask;

    public int Begun => _begun;

    public IReadOnlyList<PartitionId> TooLong { get; set; } = [];

    public Task<IReadOnlyList<string>> FindActiveAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) => throw new NotSupportedException();

    public async Task<IReadOnlyList<PartitionId>> SetAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, Action waits, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _begun);
        await Gate;
        lock (Set)
        {
            Set.Add(group == Refused && Refusals-- > 0 ? throw new BackupException(FailureKind.Source, $"'{group}' has members.") : group, offsets);
        }

        return TooLong;
    }

    public void Dispose()
    {
    }
}
