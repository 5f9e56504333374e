using System.Globalization;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Counts records of a backup at a cluster. Offsets are taken for records where they are as many; where compaction or markers of transactions may be among them, records are read.</summary>
/// <param name="catalog">The cluster.</param>
/// <param name="records">Reads records.</param>
internal sealed class MessageCount(ITopicCatalog catalog, IRecordSource records)
{
    /// <summary>What the check is called.</summary>
    public const string Name = "MessageCountCheck";

    /// <summary>Counts.</summary>
    /// <exception cref="BackupException">The cluster cannot be asked.</exception>
    public async Task<CheckOutcome> CheckAsync(ExpectedTopics expected, ValidationConfiguration validation, CancellationToken cancellation)
    {
        if (expected.IsSource)
        {
            return new CheckOutcome(Name, CheckVerdict.Skipped, "This is the cluster that was backed up, and not restored into: 'kafka-backup status' tells what it holds that the backup does not.");
        }

        var topics = validation.CountedTopics;
        var partitions = expected.Partitions.Where(partition => topics.Count == 0 || topics.Contains(partition.Topic) || topics.Contains(partition.There.Topic)).ToList();
        if (topics.FirstOrDefault(topic => !partitions.Any(partition => partition.Topic == topic || partition.There.Topic == topic)) is { } absent)
        {
            return new CheckOutcome(Name, CheckVerdict.Failed, $"Topic '{absent}' is not in the backup, or holds nothing there{(expected.Restores.Count == 0 ? "" : ", or was not restored into this cluster")}. Correct messageCount.topics, or restore it.");
        }

        var bounds = await catalog.GetBoundsAsync([.. partitions.Select(partition => partition.There).Distinct()], LogEnd.HighWatermark, cancellation);
        var settings = await catalog.GetConfigurationsAsync([.. partitions.Select(partition => partition.There.Topic).Distinct(StringComparer.Ordinal)], cancellation);
        var (findings, earlier) = (new Findings(), new Findings());
        var (lacking, more, wanted) = (0L, 0L, 0L);
        foreach (var partition in partitions)
        {
            var (found, finding) = await FindAsync(partition, bounds[partition.There], settings, cancellation);
            if (found < partition.Records && partition.IsEarlier)
            {
                earlier.Add(finding ?? $"{partition.There} holds {Number(found)} of {Number(partition.Records)} records that an earlier restore brought");
                continue;
            }

            wanted += partition.Records;
            more += Math.Max(0, found - partition.Records);
            if (found < partition.Records)
            {
                lacking += partition.Records - found;
                findings.Add(finding ?? $"{partition.There} holds {Number(found)} of {Number(partition.Records)} records");
            }
        }

        var sum = $"{Number(wanted - lacking)} of {Number(wanted)} records are there.";
        return lacking > validation.MayLack ? new CheckOutcome(Name, CheckVerdict.Failed, $"{sum} {findings}")
            : !earlier.IsEmpty ? new CheckOutcome(Name, CheckVerdict.Warning, $"{sum} What earlier restores brought was deleted, for a later one or by the topic's settings: {earlier}")
            : more > 0 ? new CheckOutcome(Name, CheckVerdict.Warning, $"{sum} There are {Number(more)} more than the backup has: producers went on, or something was restored twice.")
            : expected.Unrestored.Count > 0 && topics.Count == 0 ? new CheckOutcome(Name, CheckVerdict.Warning, $"{sum} Topics that no restore has brought here: {Findings.Some(expected.Unrestored)}.")
            : new CheckOutcome(Name, CheckVerdict.Passed, lacking > 0 ? $"{sum} {findings}" : sum);
    }

    /// <summary>How many are there, and why, where that is not the log's own doing.</summary>
    private async Task<(long Found, string? Finding)> FindAsync(ExpectedTopics.Partition partition, PartitionBounds bounds, TopicConfigurations settings, CancellationToken cancellation)
    {
        if (bounds.Problem is { } problem)
        {
            return (0, $"{partition.There}: {problem.Message}");
        }

        if (partition.IsRemade)
        {
            return (0, $"{partition.There} is of another topic than that which was restored: that was deleted");
        }

        var isCompacted = settings.Problem is not null || settings.ByTopic.GetValueOrDefault(partition.There.Topic)?.GetValueOrDefault("cleanup.policy")?.Contains("compact", StringComparison.Ordinal) == true;
        return (await CountAsync(partition, bounds, isCompacted, cancellation), null);
    }

    private async Task<long> CountAsync(ExpectedTopics.Partition partition, PartitionBounds bounds, bool isCompacted, CancellationToken cancellation)
    {
        var from = Math.Max(partition.First ?? 0, bounds.LogStartOffset);
        var to = Math.Min(partition.First is { } first ? first + partition.Records : long.MaxValue, bounds.HighWatermark);
        var offsets = Math.Max(0, to - from);
        return isCompacted || offsets > partition.Records ? await ReadAsync(partition.There, new OffsetRange(from, from + offsets), cancellation) : offsets;
    }

    private async Task<long> ReadAsync(PartitionId partition, OffsetRange range, CancellationToken cancellation)
    {
        var count = 0L;
        await using var stream = records.Open(partition, range);
        while (await stream.ReadAsync(cancellation) is { } batch)
        {
            while (batch.MoveNext())
            {
                count++;
            }
        }

        return count;
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
