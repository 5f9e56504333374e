using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.Coordinator.Tests.Operations;

/// <summary>Consumer groups of a cluster in memory, which can be set.</summary>
internal sealed class ClusterGroups(FakeCluster cluster) : IGroupWriter
{
    private readonly Lock _gate = new();

    /// <summary>A group that has members.</summary>
    public string? Active { get; set; }

    /// <summary>What each call waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Happens when a group was set.</summary>
    public Action AfterSet { get; set; } = () => { };

    /// <summary>The groups that were set, in order.</summary>
    public List<string> Set { get; } = [];

    public Task<IReadOnlyList<string>> FindActiveAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. groups.Where(group => group == Active)]);

    public async Task<IReadOnlyList<PartitionId>> SetAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, Action waits, CancellationToken cancellation)
    {
        await Gate.WaitAsync(cancellation);
        lock (_gate)
        {
            if (group == Active)
            {
                throw new BackupException(FailureKind.Source, $"Consumer group '{group}' has members.");
            }

            var known = cluster.Groups.FirstOrDefault(there => there.Group == group);
            var merged = (known?.Offsets ?? new Dictionary<PartitionId, CommittedOffset>()).ToDictionary();
            foreach (var (partition, offset) in offsets)
            {
                merged[partition] = offset;
            }

            if (known is not null)
            {
                cluster.Groups.Remove(known);
            }

            cluster.Groups.Add(new GroupOffsets(group, merged, null));
            Set.Add(group);
            AfterSet();
            return [];
        }
    }

    /// <summary>Makes a group that stands somewhere.</summary>
    public ClusterGroups With(string group, params (PartitionId Partition, long Offset)[] places)
    {
        cluster.Groups.Add(new GroupOffsets(group, places.ToDictionary(place => place.Partition, place => new CommittedOffset(place.Offset)), null));
        return this;
    }

    /// <summary>Where a group stands; null: nowhere.</summary>
    public long? this[string group, PartitionId partition] =>
        cluster.Groups.FirstOrDefault(there => there.Group == group)?.Offsets is { } offsets && offsets.TryGetValue(partition, out var offset) ? offset.Offset : null;

    public void Dispose()
    {
    }
}
