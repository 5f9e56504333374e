using System.Globalization;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Restore.RestoreDocument;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Tells what a restore has done, or would do, in OSO's shapes. Pure.</summary>
/// <param name="configuration">What was wanted.</param>
/// <param name="plan">What was planned; null when it did not come to that.</param>
/// <param name="document">What is written down of it; null: nothing.</param>
/// <param name="finished">How it ended.</param>
internal sealed class RestoreReports(RestoreConfiguration configuration, RestorePlan? plan, RestoreDocument? document, RestoreFinished finished)
{
    private const int Repartitioned = -1;

    private readonly Dictionary<PartitionId, PartitionRestored> _restored = finished.Partitions.ToDictionary(partition => partition.Order.Target);
    private readonly ILookup<string, PartitionRestored> _restoredOf = finished.Partitions.ToLookup(partition => partition.Order.Target.Topic);
    private readonly ILookup<string, RestorePartition> _ordersOf = (plan?.Orders ?? []).ToLookup(order => order.Target.Topic);

    /// <summary>What it has done.</summary>
    /// <param name="began">When this attempt began.</param>
    /// <param name="ended">When it ended.</param>
    public RestoreReport Of(DateTimeOffset began, DateTimeOffset ended)
    {
        List<RestoreReport.ReportedTopic> topics = [.. Earlier().Concat((plan?.Topics ?? []).Select(Reported)).OrderBy(topic => topic.TargetTopic, StringComparer.Ordinal)];
        var (sent, bytes) = (finished.Partitions.Sum(partition => Math.Max(0, partition.Records - partition.Order.There)), finished.Partitions.Sum(partition => partition.Bytes));
        var seconds = Math.Max((ended - began).TotalSeconds, 0.001);
        return new RestoreReport
        {
            BackupId = configuration.BackupId.Value,
            RestoreId = document is null ? null : plan?.Restore,
            Outcome = Outcome,
            StartTime = (document?.StartedAt ?? began).ToUnixTimeMilliseconds(),
            EndTime = ended.ToUnixTimeMilliseconds(),
            DurationMs = (long)(ended - began).TotalMilliseconds,
            TopicsRestored = topics,
            SegmentsProcessed = Segments,
            RecordsRestored = topics.Sum(topic => topic.Records),
            BytesRestored = bytes,
            ThroughputRecordsPerSec = Math.Round(sent / seconds, 1),
            ThroughputBytesPerSec = Math.Round(bytes / seconds, 1),
            Errors = Errors,
            Warnings = Warnings,
            Selection = RestoreReport.ReportedSelection.Of(configuration.Restore),
            OffsetMapping = MappingOf(topics, ended),
            ResolvedConsumerGroups = [.. finished.SetGroups.Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>What it would do.</summary>
    public RestorePlanReport OfPlan() => new()
    {
        BackupId = configuration.BackupId.Value,
        Valid = finished is { Failures.Count: 0, WasStopped: false } && plan is not null,
        Errors = Errors,
        Warnings = Warnings,
        SegmentsToProcess = Segments,
        RecordsToRestore = finished.Partitions.Sum(partition => Left(partition)),
        BytesToRestore = finished.Partitions.Sum(partition => partition.Bytes),
        TimeRange = Times(finished.Partitions.Aggregate((RestoredSpan?)null, (span, partition) => RestoredSpan.Of(span, partition.Span))),
        TopicsToRestore = [.. (plan?.Topics ?? []).OrderBy(topic => topic.Made.Name, StringComparer.Ordinal).Select(Planned)],
        ConsumerOffsetActions = [.. Groups.Select(group => new RestorePlanReport.PlannedGroup(group.Key, group.Value.Offsets))],
    };

    private RestoreOutcome Outcome => finished switch
    {
        { WasStopped: true } or { HasLapsed: true } => RestoreOutcome.Stopped,
        { Failures.Count: > 0 } => RestoreOutcome.Failed,
        _ when finished.Partitions.All(partition => partition.IsExact) => RestoreOutcome.Whole,
        _ => RestoreOutcome.Different,
    };

    private IReadOnlyList<string> Errors => [.. finished.Failures.Select(failure => failure.Message)];

    private IReadOnlyList<string> Warnings => [.. plan?.Notes ?? [], .. finished.Partitions.SelectMany(partition => partition.Differences).Distinct(StringComparer.Ordinal),
        .. ChosenNothing.Of(plan, finished.Partitions) is { } nothing ? (string[])[nothing] : []];

    /// <summary>Partitions of a topic that is repartitioned share one list of segments.</summary>
    private long Segments => (plan?.Orders ?? []).GroupBy(order => order.Share is null ? $"{order.Source}" : order.Source.Topic).Sum(same => same.First().Segments.Count);

    /// <summary>Topics that an earlier attempt has brought to their end.</summary>
    private IEnumerable<RestoreReport.ReportedTopic> Earlier()
    {
        var left = (plan?.Topics ?? []).Select(topic => topic.Made.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, topic) in document?.Topics.Where(topic => !left.Contains(topic.Key) && plan is not null) ?? [])
        {
            var partitions = topic.Partitions.OrderBy(partition => partition.Key).Select(partition => Reported(partition.Key, partition.Value)).ToList();
            var source = configuration.Restore.TopicMapping.Where(pair => pair.Value == name).Select(pair => pair.Key).FirstOrDefault(name);
            yield return new RestoreReport.ReportedTopic(source, name, partitions, partitions.Sum(partition => partition.Records), 0) { HeldSettings = NullIfEmpty(topic.Held) };
        }
    }

    /// <summary>A partition of one of them. Which number it had in the backup is told by the mapping.</summary>
    private RestoreReport.ReportedPartition Reported(int number, DocumentedPartition noted) => WithSpan(
        new RestoreReport.ReportedPartition(
            noted.Sources is null ? configuration.Restore.PartitionMapping.Where(pair => pair.Value == number).Select(pair => pair.Key).FirstOrDefault(number) : Repartitioned, number)
        {
            Records = noted.SoFar?.Records ?? 0,
            TargetFirstOffset = noted.Base,
            RecordsLeftOut = noted.Rules is null ? 0 : noted.SoFar?.Harms.Avoidable ?? 0,
            IsExact = noted.SoFar is not { Differences.Count: > 0 } && (noted.Rules is null || noted.SoFar is not { Harms.Avoidable: > 0 }),
            MayLackRecords = noted.SoFar is { Differences.Count: > 0 },
        },
        noted.SoFar?.Span, isOne: noted.Sources is null);

    private RestoreReport.ReportedTopic Reported(RestoreTopic topic)
    {
        var name = topic.Made.Name;
        var partitions = _ordersOf[name].OrderBy(order => order.Target.Number).Select(Reported).ToList();
        return new RestoreReport.ReportedTopic(topic.Source, name, partitions, partitions.Sum(partition => partition.Records), partitions.Sum(partition => partition.Bytes))
        {
            HeldSettings = NullIfEmpty(document?.Topics.GetValueOrDefault(name)?.Held ?? topic.Held),
            TargetEffects = EffectsOf(name),
        };
    }

    private RestoreReport.ReportedPartition Reported(RestorePartition order)
    {
        var restored = _restored.GetValueOrDefault(order.Target) ?? new PartitionRestored(order) { WasStopped = true, Records = order.There };
        return WithSpan(
            new RestoreReport.ReportedPartition(order.Source.Number, order.Target.Number)
            {
                SegmentsProcessed = order.Segments.Count,
                Records = Math.Max(restored.Records, order.There), // Of what failed no more is known.
                Bytes = restored.Bytes,
                TargetFirstOffset = restored.Order.Base,
                IsExact = restored.IsExact,
                MayLackRecords = restored.Differences.Count > 0,
                MarkersLeftOut = restored.Markers,
                RecordsLeftOut = restored.LeftOut,
                RecordsDropped = restored.Filtered.Dropped,
                RecordsMadeTombstones = restored.Filtered.Tombstones,
                Error = restored.Failure?.Message ?? (restored.WasStopped ? "It was stopped before its end." : null),
            },
            restored.Span, isOne: order.Share is null);
    }

    /// <summary>Offsets of several partitions at the source have no range in common.</summary>
    private static RestoreReport.ReportedPartition WithSpan(RestoreReport.ReportedPartition partition, RestoredSpan? span, bool isOne) => partition with
    {
        FirstOffset = isOne ? span?.FirstOffset : null,
        LastOffset = isOne ? span?.LastOffset : null,
        FirstTimestamp = span?.Earliest,
        LastTimestamp = span?.Latest,
    };

    private RestorePlanReport.PlannedTopic Planned(RestoreTopic topic)
    {
        var orders = _ordersOf[topic.Made.Name].OrderBy(order => order.Target.Number).ToList();
        return new RestorePlanReport.PlannedTopic(topic.Source, topic.Made.Name, [.. orders.Select(Planned)])
        {
            Repartitioning = orders is [{ Share: { } share }, ..]
                ? new RestorePlanReport.PlannedRepartitioning($"{share.Repartitioning.Strategy}".ToLowerInvariant(), share.Sources.Count, share.Repartitioning.Partitions)
                : null,
            Exists = topic.Exists || topic.IsBegun || topic.IsMade,
            RecordsThere = orders.Sum(order => order.There),
            PartitionCount = topic.Made.Partitions,
            ReplicationFactor = topic.Made.ReplicationFactor,
            Settings = topic.Exists || topic.IsBegun || topic.IsMade ? new Dictionary<string, string>() : topic.Made.Configurations,
            HeldSettings = topic.Held,
            RecordsToDelete = topic.Deleted,
            TargetEffects = EffectsOf(topic.Made.Name),
            Rights = topic.Rights is { } rights ? [.. rights.Order(StringComparer.Ordinal)] : null,
        };
    }

    private TargetEffects? EffectsOf(string topic) => TargetEffects.Of(PlannedHarms.Of(_restoredOf[topic]), _restoredOf[topic].Any(partition => partition.Order.Rules.LeavesOut));

    private RestorePlanReport.PlannedPartition Planned(RestorePartition order)
    {
        var read = _restored.GetValueOrDefault(order.Target);
        return new RestorePlanReport.PlannedPartition(
            order.Source.Number, order.Target.Number, order.Segments.Count, read is null ? 0 : Left(read), read?.Bytes ?? 0,
            order.Share is null && read?.Span is { } span ? [span.FirstOffset, span.LastOffset] : null, Times(read?.Span), read?.Failure?.Message)
        {
            TargetFirstOffset = order.Base + order.There,
        };
    }

    /// <summary>Records that are not there yet. Of what cannot be read it is not known.</summary>
    private static long Left(PartitionRestored read) => Math.Max(0, read.Records - read.Order.There);

    private static IReadOnlyList<long>? Times(RestoredSpan? span) => span is null ? null : [span.Earliest, span.Latest];

    private OffsetMapping MappingOf(IReadOnlyList<RestoreReport.ReportedTopic> topics, DateTimeOffset now) => new()
    {
        Entries = topics.SelectMany(topic => topic.Partitions.Select(partition => new OffsetMapping.Entry(topic.TargetTopic, partition.TargetPartition)
        {
            SourceFirstOffset = partition.FirstOffset,
            SourceLastOffset = partition.LastOffset,
            TargetFirstOffset = partition.Records > 0 ? partition.TargetFirstOffset : null,
            TargetLastOffset = partition.Records > 0 ? partition.TargetFirstOffset + partition.Records - 1 : null,
            FirstTimestamp = partition.FirstTimestamp,
            LastTimestamp = partition.LastTimestamp,
        })).ToDictionary(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Topic}/{entry.Partition}"), StringComparer.Ordinal),
        ConsumerGroups = Groups,
        SourceClusterId = plan?.SourceCluster,
        TargetClusterId = plan?.Cluster,
        CreatedAt = now.ToUnixTimeMilliseconds(),
    };

    private Dictionary<string, OffsetMapping.Group> Groups => (plan?.Groups ?? []).ToDictionary(
        group => group.Id,
        group =>
        {
            var places = finished.FoundPlaces.GetValueOrDefault(group.Id) ?? RestoredGroup.Of(group, _restored).Places.ToDictionary(place => place.Target, place => place.Offset);
            return new OffsetMapping.Group(group.Id, group.Marks.GroupBy(mark => mark.Target.Topic).ToDictionary(
                topic => topic.Key,
                IReadOnlyDictionary<int, OffsetMapping.GroupOffset> (topic) => topic.ToDictionary(
                    mark => mark.Target.Number, mark => new OffsetMapping.GroupOffset(mark.SourceOffset, places.TryGetValue(mark.Target, out var offset) ? offset : null)),
                StringComparer.Ordinal));
        },
        StringComparer.Ordinal);

    private static IReadOnlyDictionary<string, string?>? NullIfEmpty(IReadOnlyDictionary<string, string?>? held) => held is { Count: > 0 } ? held : null;
}
