using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Asks where logs start and end. Partitions whose leader is away are waited for once, and then only asked in passing as long as
/// it stays away.</summary>
/// <param name="lister">Asks the cluster.</param>
/// <param name="leaderPatience">How long partitions without a leader are asked again.</param>
internal sealed class LogOffsets(IOffsetLister lister, TimeSpan leaderPatience)
{
    /// <summary>How long an answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long those are that had no leader before.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly HashSet<PartitionId> _leaderless = [];

    /// <summary>The starts and ends of logs, or in their place the errors of partitions that cannot be asked.</summary>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public async Task<IReadOnlyDictionary<PartitionId, LogSpan>> ReadAsync(
        PartitionId[] partitions, IsolationLevel isolation, CancellationToken cancellation)
    {
        PartitionId[] suspects;
        lock (_gate)
        {
            suspects = [.. partitions.Where(_leaderless.Contains)];
        }

        var found = await Task.WhenAll(
            ReadUntilLedAsync([.. partitions.Except(suspects)], isolation, cancellation), GlanceAsync(suspects, isolation, cancellation));
        var spans = found.SelectMany(part => part).ToDictionary();
        lock (_gate)
        {
            _leaderless.ExceptWith(partitions);
            _leaderless.UnionWith(spans.Where(span => IsLeaderless(span.Value)).Select(span => span.Key));
        }

        return spans;
    }

    /// <summary>An answer without an error and without an offset, as librdkafka gives for a partition whose leader went away meanwhile, is
    /// none.</summary>
    internal static TopicPartitionOffsetError Checked(TopicPartitionOffsetError found) => found.Error.IsError || found.Offset.Value >= 0
        ? found
        : new TopicPartitionOffsetError(found.TopicPartition, found.Offset, new Error(ErrorCode.LeaderNotAvailable));

    private async Task<Dictionary<PartitionId, LogSpan>> ReadUntilLedAsync(
        PartitionId[] partitions, IsolationLevel isolation, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        var found = await ListAsync(partitions, isolation, Patience, cancellation);
        while (found.Where(answer => IsLeaderless(answer.Value)).Select(answer => answer.Key).ToArray() is { Length: > 0 } leaderless
            && leaderPatience - TimeProvider.System.GetElapsedTime(began) is { Ticks: > 0 } left)
        {
            await Task.Delay(Pause, cancellation);
            await lister.RefreshAsync(leaderless.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal), Glance, cancellation);
            foreach (var (partition, answer) in await ListPatientlyAsync(leaderless, isolation, left, cancellation))
            {
                found[partition] = answer;
            }
        }

        return found;
    }

    private Task<Dictionary<PartitionId, LogSpan>> GlanceAsync(PartitionId[] partitions, IsolationLevel isolation, CancellationToken cancellation) =>
        ListPatientlyAsync(partitions, isolation, Glance, cancellation);

    /// <summary>Takes no answer for an answer: nobody else waits for these partitions.</summary>
    private async Task<Dictionary<PartitionId, LogSpan>> ListPatientlyAsync(
        PartitionId[] partitions, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await ListAsync(partitions, isolation, patience, cancellation);
        }
        catch (KafkaException e) when (SourceFailures.IsPassing(e.Error.Code))
        {
            return partitions.ToDictionary(partition => partition, _ => LogSpan.Failed(new Error(ErrorCode.LeaderNotAvailable)));
        }
    }

    private async Task<Dictionary<PartitionId, LogSpan>> ListAsync(
        PartitionId[] partitions, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        if (partitions.Length == 0)
        {
            return [];
        }

        var listed = await Task.WhenAll(
            ListAsync(partitions, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, patience, cancellation),
            ListAsync(partitions, OffsetSpec.Latest(), isolation, patience, cancellation));
        return partitions.ToDictionary(partition => partition, partition => LogSpan.Of(listed[0][partition], listed[1][partition]));
    }

    /// <summary>Where times begin in logs: the offset of the first record of that time or a later one; below 0 where there is none.</summary>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public async Task<IReadOnlyDictionary<PartitionId, TopicPartitionOffsetError>> FindAsync(IReadOnlyCollection<KeyValuePair<PartitionId, long>> times, CancellationToken cancellation)
    {
        var answers = await lister.ListAsync([.. times.Select(time => Asked(time.Key, OffsetSpec.ForTimestamp(time.Value)))], IsolationLevel.ReadUncommitted, Patience, cancellation);
        return answers.ToDictionary(PartitionOf);
    }

    private async Task<Dictionary<PartitionId, TopicPartitionOffsetError>> ListAsync(
        PartitionId[] partitions, OffsetSpec spec, IsolationLevel isolation, TimeSpan patience, CancellationToken cancellation)
    {
        var answers = await lister.ListAsync([.. partitions.Select(partition => Asked(partition, spec))], isolation, patience, cancellation);
        return answers.Select(Checked).ToDictionary(PartitionOf);
    }

    private static TopicPartitionOffsetSpec Asked(PartitionId partition, OffsetSpec spec) => new()
    {
        TopicPartition = new TopicPartition(partition.Topic, new Partition(partition.Number)),
        OffsetSpec = spec,
    };

    private static PartitionId PartitionOf(TopicPartitionOffsetError answer) => new(answer.Topic, answer.Partition.Value);

    private static bool IsLeaderless(LogSpan span) => span.Error is { } error && SourceFailures.IsPassing(error.Code);
}
