using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Shared.Protocol;

/// <summary>What is said about a restore. It stays within one process.</summary>
public static class RestoreProtocol
{
    /// <summary>Begins the restore that the coordinator was made for. Answered by <see cref="RestoreFinished"/>.</summary>
    public sealed record StartRestore
    {
        /// <summary>It has nothing to say.</summary>
        public static StartRestore Instance { get; } = new();
    }

    /// <summary>Ends it early: what is sent is waited for, nothing more is begun.</summary>
    public sealed record StopRestore
    {
        /// <summary>It has nothing to say.</summary>
        public static StopRestore Instance { get; } = new();
    }

    /// <summary>An order to restore one partition.</summary>
    /// <param name="Source">The partition of the backup.</param>
    /// <param name="Target">Where it goes.</param>
    /// <param name="Segments">Its segments.</param>
    public sealed record RestorePartition(PartitionId Source, PartitionId Target, IReadOnlyList<ManifestSegment> Segments)
    {
        /// <summary>Which part of a whole topic goes there, when the topic is repartitioned; null: all of <see cref="Source"/> does.</summary>
        public RestoredShare? Share { get; private init; }

        /// <summary>An order to restore a partition of a topic that is repartitioned. Its <see cref="Source"/> has the number -1, as OSO's reports have.</summary>
        /// <param name="topic">The topic in the backup.</param>
        /// <param name="target">Where its share goes.</param>
        /// <param name="share">Where from, and which records.</param>
        public static RestorePartition Of(string topic, PartitionId target, RestoredShare share) =>
            new(new PartitionId(topic, -1), target, share.Segments) { Share = share };

        /// <summary>The same, from other segments.</summary>
        /// <param name="choose">Which of those of each partition at the source.</param>
        public RestorePartition From(Func<PartitionId, IReadOnlyList<ManifestSegment>, IReadOnlyList<ManifestSegment>> choose)
        {
            if (Share is null)
            {
                return this with { Segments = choose(Source, Segments) };
            }

            var sources = Share.Sources.Select(source => source with { Segments = choose(source.Partition, source.Segments) }).ToList();
            if (sources.Sum(source => source.Segments.Count) == Segments.Count)
            {
                return this; // As is usual: so all partitions go on to share one list.
            }

            var share = new RestoredShare(sources, Share.Repartitioning);
            return this with { Share = share, Segments = share.Segments };
        }

        /// <summary>Where its records come from, for messages.</summary>
        public string Origin => Share is null ? $"{Source}" : $"the {Share.Sources.Count} partition(s) of {Source.Topic}";

        /// <summary>The partitions of the backup that its records come from.</summary>
        public IEnumerable<PartitionId> Origins => Share?.Sources.Select(source => source.Partition) ?? [Source];

        /// <summary>How many records the backup tells of; where segments overlap more than there are. Of a share it is what an even one would be.</summary>
        public long Records => Share is { Repartitioning.Partitions: var shares } ? All / shares + (Target.Number < All % shares ? 1 : 0) : All;

        private long All => Segments.Sum(segment => segment.RecordCount);

        /// <summary>Source offsets whose place at the target is to be told, each once, in order; segments need not hold them.</summary>
        public IReadOnlyList<long> Marks { get; init; } = [];

        /// <summary>How far it was written down to be restored by an earlier attempt; null when nothing of it was.</summary>
        public RestoredSoFar? Noted { get; init; }

        /// <summary>The first source offset that is not noted to be restored.</summary>
        public long FirstUnnoted => Noted?.SourceOffset + 1 ?? long.MinValue;

        /// <summary>The offset at the target of the first record that is restored: 0 in a topic that the restore makes.</summary>
        public long Base { get; init; }

        /// <summary>How many records of the restore the target holds when it begins; those that are not noted are compared with the backup's.</summary>
        public long There { get; init; }

        /// <summary>How the topic wants records.</summary>
        public TargetLimits Limits { get; init; } = TargetLimits.Default;

        /// <summary>Tells which filters choose its records; null: none do.</summary>
        public string? Filters { get; init; }

        /// <summary>What the topic would do to records, and whether those are left out.</summary>
        public RecordRules Rules { get; init; } = RecordRules.None;

        /// <summary>Whether the topic may delete what is restored, as <c>retention_policy</c> lets it.</summary>
        public bool MayLose { get; init; }

        /// <summary>What an operator does to have it restored anew, as a sentence. What was there before the restore is not the restore's to be given up.</summary>
        public string Anew => Base == 0
            ? $"Delete topic '{Target.Topic}' and restore it again."
            : $"Restore into a topic of another name, or delete '{Target.Topic}' and restore it again, with all that it held before offset {Base}.";

        /// <summary>Whether what is there is only compared, and nothing is written.</summary>
        public bool IsComparison { get; init; }
    }

    /// <summary>A part of the records of several partitions.</summary>
    /// <param name="Sources">The partitions at the source, in order of their numbers.</param>
    /// <param name="Repartitioning">Chooses the records.</param>
    public sealed record RestoredShare(IReadOnlyList<RestoredSource> Sources, Repartitioning Repartitioning)
    {
        /// <summary>All segments, in one list for all partitions that have a share.</summary>
        public IReadOnlyList<ManifestSegment> Segments { get; } = [.. Sources.SelectMany(source => source.Segments)];
    }

    /// <summary>A partition of the backup with its segments.</summary>
    public sealed record RestoredSource(PartitionId Partition, IReadOnlyList<ManifestSegment> Segments);

    /// <summary>How far a partition is restored.</summary>
    public sealed record RestoredSoFar
    {
        /// <summary>Records that the target has acknowledged, from <see cref="RestorePartition.Base"/> on.</summary>
        public required long Records { get; init; }

        /// <summary>Where the last of them was at the source.</summary>
        public required long SourceOffset { get; init; }

        /// <summary>As <see cref="PartitionRestored.Differences"/>.</summary>
        public IReadOnlyList<string> Differences { get; init; } = [];

        /// <summary>How many restored records are before each of <see cref="RestorePartition.Marks"/> that was passed by, by mark.</summary>
        public IReadOnlyDictionary<long, long> Marked { get; init; } = ReadOnlyDictionary<long, long>.Empty;

        /// <summary>Where they lie at the source, perhaps with some that are on their way; null: not known.</summary>
        public RestoredSpan? Span { get; init; }

        /// <summary>As <see cref="PartitionRestored.Harms"/>, up to the last of them.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public RecordHarms Harms { get; init; }
    }

    /// <summary>An order has come to its end.</summary>
    /// <param name="Order">The order.</param>
    public sealed record PartitionRestored(RestorePartition Order)
    {
        /// <summary>Records that the target holds, those of earlier attempts among them.</summary>
        public long Records { get; init; }

        /// <summary>Bytes of their keys, values and headers.</summary>
        public long Bytes { get; init; }

        /// <summary>Markers of transactions in the backup, which are no records and were left out.</summary>
        public long Markers { get; init; }

        /// <summary>The source offset of the first of them; null: there was none.</summary>
        public long? FirstMarker { get; init; }

        /// <summary>What filters have done to the records that the last attempt has read.</summary>
        public FilteredRecords Filtered { get; init; }

        /// <summary>What the order's <see cref="RestorePartition.Rules"/> say of the records that filters have let through, in all attempts.</summary>
        public RecordHarms Harms { get; init; }

        /// <summary>How many records were left out by them.</summary>
        public long LeftOut => Order.Rules.LeavesOut ? Harms.Avoidable : 0;

        /// <summary>For each of the marks that were asked for the offset at the target of the first restored record at or behind it, or the end where there is
        /// none; empty when it was not read to its end.</summary>
        public IReadOnlyDictionary<long, long> Marked { get; init; } = ReadOnlyDictionary<long, long>.Empty;

        /// <summary>Where they lie at the source; null: there are none.</summary>
        public RestoredSpan? Span { get; init; }

        /// <summary>In which way segments are not what the backup says of them: records may be missing.</summary>
        public IReadOnlyList<string> Differences { get; init; } = [];

        /// <summary>Whether it was told to stop before it was through.</summary>
        public bool WasStopped { get; init; }

        /// <summary>Whether it was read back, and is not what it should be: what was noted of it does not count.</summary>
        public bool IsOther { get; init; }

        /// <summary>Whether its topic had deleted some of it by the time that it was counted, which is let pass.</summary>
        public bool IsCutShort { get; init; }

        /// <summary>Whether all that the backup tells of, and that is wanted, is there as it was.</summary>
        public bool IsExact => IsSound && LeftOut == 0;

        /// <summary>The same, but for what was left out for the settings of the topic.</summary>
        public bool IsSound => this is { Differences.Count: 0, WasStopped: false, IsCutShort: false, Failure: null };

        /// <summary>Why it could not be restored whole; null when it was, or was told to stop.</summary>
        public Fault? Failure { get; init; }
    }

    /// <summary>The restore is over.</summary>
    public sealed record RestoreFinished
    {
        /// <summary>What became of the partitions that were begun.</summary>
        public IReadOnlyList<PartitionRestored> Partitions { get; init; } = [];

        /// <summary>What stands in the way of an exit code of 0, the gravest first.</summary>
        public IReadOnlyList<Fault> Failures { get; init; } = [];

        /// <summary>Consumer groups whose offsets were to be set, and are not, or not all.</summary>
        public IReadOnlyList<string> UnsetGroups { get; init; } = [];

        /// <summary>What it has done, or would do, as JSON: a <see cref="RestoreReport"/> or a <see cref="RestorePlanReport"/>.</summary>
        public ReadOnlyMemory<byte> Report { get; init; }

        /// <summary>The offsets of groups at the target that were found by other means than counting, by group.</summary>
        public IReadOnlyDictionary<string, IReadOnlyDictionary<PartitionId, long>> FoundPlaces { get; init; } = ReadOnlyDictionary<string, IReadOnlyDictionary<PartitionId, long>>.Empty;

        /// <summary>Consumer groups that are set.</summary>
        public IReadOnlyList<string> SetGroups { get; init; } = [];

        /// <summary>Whether it was told to stop before it was through.</summary>
        public bool WasStopped { get; init; }

        /// <summary>Whether it ended only because the store was away for too long: another attempt can go on with it.</summary>
        public bool HasLapsed { get; init; }
    }
}
