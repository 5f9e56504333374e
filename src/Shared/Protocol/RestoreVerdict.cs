using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>How a restore ended, in short.</summary>
/// <param name="WasStopped">Whether it was told to stop before it was through, perhaps while it waited for its store.</param>
/// <param name="IsExact">Whether all is there as it was.</param>
/// <param name="FailedPartitions">How many partitions could not be restored whole.</param>
/// <param name="UnsetGroups">How many consumer groups could not be set, or not everywhere.</param>
/// <param name="Failure">The gravest of what went wrong; null when nothing did.</param>
public sealed record RestoreVerdict(bool WasStopped, bool IsExact, int FailedPartitions, int UnsetGroups, Fault? Failure)
{
    /// <summary>The verdict on a restore.</summary>
    public static RestoreVerdict Of(RestoreFinished finished) => new(
        finished.WasStopped || finished.HasLapsed, finished.Partitions.All(partition => partition.IsExact), finished.Partitions.Count(partition => partition.Failure is not null), finished.UnsetGroups.Count,
        finished.Failures is [var gravest, ..] ? gravest : null);
}
