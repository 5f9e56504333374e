using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Looks whether logs reach as far as they should, at both ends.</summary>
/// <param name="catalog">The cluster.</param>
internal sealed class LogRanges(ITopicCatalog catalog)
{
    /// <summary>What the check is called.</summary>
    public const string Name = "OffsetRangeCheck";

    /// <summary>Looks.</summary>
    /// <exception cref="KafkaBackup.Shared.BackupException">The cluster cannot be asked.</exception>
    public async Task<CheckOutcome> CheckAsync(ExpectedTopics expected, CancellationToken cancellation)
    {
        var bounds = await catalog.GetBoundsAsync([.. expected.Partitions.Select(partition => partition.There).Distinct()], LogEnd.HighWatermark, cancellation);
        var findings = new Findings();
        foreach (var partition in expected.Partitions)
        {
            var held = bounds[partition.There];
            if (held.Problem is { } problem)
            {
                findings.Add($"{partition.There}: {problem.Message}");
            }
            else if (partition.IsRemade)
            {
                findings.Add($"{partition.There} is of another topic than that which was restored: that was deleted");
            }
            else if (partition.IsEarlier)
            {
                continue; // It may have been deleted for a later one; the count tells of it.
            }
            else if (expected.IsSource && held.HighWatermark < partition.End)
            {
                findings.Add($"{partition.There} ends at {held.HighWatermark}, and the backup goes to {partition.End}: the log was cut, or is another one");
            }
            else if (partition.First is { } first && (held.LogStartOffset > first || held.HighWatermark < first + partition.Records))
            {
                findings.Add($"{partition.There} holds offsets {held.LogStartOffset} to {held.HighWatermark}, and {partition.Records} records were restored from {first} on");
            }
            else if (partition.First is null && !expected.IsSource && held.HighWatermark - held.LogStartOffset < partition.Records)
            {
                findings.Add($"{partition.There} holds offsets {held.LogStartOffset} to {held.HighWatermark}, which are fewer than the {partition.Records} records of the backup");
            }
        }

        return findings.IsEmpty
            ? new CheckOutcome(Name, CheckVerdict.Passed, $"The logs of {expected.Partitions.Count} partitions reach as far as they should.")
            : new CheckOutcome(Name, CheckVerdict.Failed, findings.ToString());
    }
}
