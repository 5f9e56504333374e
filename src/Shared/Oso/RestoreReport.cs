using System.Text.Json;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>What a restore has done: OSO's <c>RestoreReport</c> with its names, and more. Times are ms since 1970.</summary>
public sealed record RestoreReport
{
    /// <summary>The backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>The restore, as the name of its document beside the backup has it; null when none could be written.</summary>
    public string? RestoreId { get; init; }

    /// <summary>Whether nothing was to be written. Always false: a dry run has a <see cref="RestorePlanReport"/>.</summary>
    public bool DryRun { get; init; }

    /// <summary>How it ended.</summary>
    public required RestoreOutcome Outcome { get; init; }

    /// <summary>When its first attempt began.</summary>
    public required long StartTime { get; init; }

    /// <summary>When the last one ended.</summary>
    public required long EndTime { get; init; }

    /// <summary>For how long the last attempt was at work, ms.</summary>
    public required long DurationMs { get; init; }

    /// <summary>The topics, in order of their names at the target.</summary>
    public required IReadOnlyList<ReportedTopic> TopicsRestored { get; init; }

    /// <summary>How many segments of the backup belong to what is restored.</summary>
    public required long SegmentsProcessed { get; init; }

    /// <summary>Records that are there, those of earlier attempts among them.</summary>
    public required long RecordsRestored { get; init; }

    /// <summary>Bytes of keys, values and headers that the last attempt has sent.</summary>
    public required long BytesRestored { get; init; }

    /// <summary>Records that the last attempt has sent in a second.</summary>
    public required double ThroughputRecordsPerSec { get; init; }

    /// <summary>Bytes of keys, values and headers that the last attempt has sent in a second.</summary>
    public required double ThroughputBytesPerSec { get; init; }

    /// <summary>What went wrong, the gravest first.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What the operator should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Which part of the backup was wanted.</summary>
    public required ReportedSelection Selection { get; init; }

    /// <summary>Where source offsets came to stand.</summary>
    public required OffsetMapping OffsetMapping { get; init; }

    /// <summary>The ids of the consumer groups that were set, in order.</summary>
    public required IReadOnlyList<string> ResolvedConsumerGroups { get; init; }

    /// <summary>The object's content.</summary>
    public byte[] ToJson() => RestoreReportJson.Write(this);

    /// <summary>Reads an object's content.</summary>
    /// <exception cref="StorageException">It is no such report.</exception>
    public static RestoreReport Read(ReadOnlySpan<byte> content, string key)
    {
        try
        {
            return JsonSerializer.Deserialize(content, RestoreReportJson.Default.RestoreReport) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new StorageException(key, $"The report '{key}' cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>A topic that was restored into.</summary>
    /// <param name="SourceTopic">Its name in the backup.</param>
    /// <param name="TargetTopic">Its name at the target.</param>
    /// <param name="Partitions">Its partitions, in order.</param>
    /// <param name="Records">Records in all of them.</param>
    /// <param name="Bytes">As <see cref="BytesRestored"/>.</param>
    public sealed record ReportedTopic(string SourceTopic, string TargetTopic, IReadOnlyList<ReportedPartition> Partitions, long Records, long Bytes)
    {
        /// <summary>The settings that are held, with what the topic gets back for each; null: the cluster's own.</summary>
        public IReadOnlyDictionary<string, string?>? HeldSettings { get; init; }

        /// <summary>What its own settings would do to records, held or not; null: to none.</summary>
        public TargetEffects? TargetEffects { get; init; }
    }

    /// <summary>A partition that was restored into.</summary>
    /// <param name="SourcePartition">Its number in the backup; -1 when its topic was repartitioned.</param>
    /// <param name="TargetPartition">Its number at the target.</param>
    public sealed record ReportedPartition(int SourcePartition, int TargetPartition)
    {
        /// <summary>How many segments of the backup belong to it.</summary>
        public int SegmentsProcessed { get; init; }

        /// <summary>Records that are there.</summary>
        public long Records { get; init; }

        /// <summary>As <see cref="BytesRestored"/>.</summary>
        public long Bytes { get; init; }

        /// <summary>The source offset of the first record that is there; null: there is none, or several partitions came together.</summary>
        public long? FirstOffset { get; init; }

        /// <summary>The source offset of the last one.</summary>
        public long? LastOffset { get; init; }

        /// <summary>The earliest timestamp among them; null: there is none.</summary>
        public long? FirstTimestamp { get; init; }

        /// <summary>The latest one.</summary>
        public long? LastTimestamp { get; init; }

        /// <summary>The offset at the target of the first record.</summary>
        public long TargetFirstOffset { get; init; }

        /// <summary>Whether all that is wanted of it was counted there, as it was.</summary>
        public bool IsExact { get; init; }

        /// <summary>Whether a segment holds other records than the backup says, so that some may be missing.</summary>
        public bool MayLackRecords { get; init; }

        /// <summary>Markers of transactions in the backup that were left out.</summary>
        public long MarkersLeftOut { get; init; }

        /// <summary>Records that <c>restore.record_filters</c> left out, of those that the last attempt has read.</summary>
        public long RecordsDropped { get; init; }

        /// <summary>Records that they took value and headers from, of those that the last attempt has read.</summary>
        public long RecordsMadeTombstones { get; init; }

        /// <summary>Records that <c>restore.retention_policy: skip</c> left out, in all attempts.</summary>
        public long RecordsLeftOut { get; init; }

        /// <summary>Why it is not whole; null when it is.</summary>
        public string? Error { get; init; }
    }

    /// <summary>Which records were wanted.</summary>
    /// <param name="TimeWindowStart">The earliest timestamp; null: any.</param>
    /// <param name="TimeWindowEnd">The latest one; null: any.</param>
    public sealed record ReportedSelection(long? TimeWindowStart, long? TimeWindowEnd)
    {
        /// <summary>The first and the last offset at the source, by topic, then by partition; null: all.</summary>
        public IReadOnlyDictionary<string, IReadOnlyDictionary<int, IReadOnlyList<long>>>? OffsetRanges { get; init; }

        /// <summary>Whether there were filters. What they name is nobody's business any more.</summary>
        public bool RecordFilters { get; init; }

        /// <summary>What is chosen by <paramref name="restore"/>.</summary>
        public static ReportedSelection Of(RestoreSection restore) => new(restore.TimeWindowStart, restore.TimeWindowEnd)
        {
            OffsetRanges = restore.OffsetRanges.Count == 0 ? null : restore.OffsetRanges.GroupBy(range => range.Key.Topic).ToDictionary(
                topic => topic.Key,
                IReadOnlyDictionary<int, IReadOnlyList<long>> (topic) => topic.ToDictionary(range => range.Key.Number, IReadOnlyList<long> (range) => [range.Value.From, range.Value.To]),
                StringComparer.Ordinal),
            RecordFilters = restore.RecordFilters.Count > 0,
        };

        /// <summary><see cref="OffsetRanges"/>, as a restore has them.</summary>
        public IReadOnlyDictionary<PartitionId, OffsetBounds> Ranges() =>
            (from topic in OffsetRanges ?? new Dictionary<string, IReadOnlyDictionary<int, IReadOnlyList<long>>>()
             from partition in topic.Value
             select (new PartitionId(topic.Key, partition.Key), new OffsetBounds(partition.Value[0], partition.Value[1]))).ToDictionary();
    }
}
