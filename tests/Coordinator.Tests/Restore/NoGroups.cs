using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>For restores without consumer groups.</summary>
internal sealed class NoGroups : IGroupWriter
{
    public Task<IReadOnlyList<string>> FindActiveAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<PartitionId>> SetAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, Action waits, CancellationToken cancellation) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
