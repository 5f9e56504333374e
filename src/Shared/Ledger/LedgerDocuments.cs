using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>The stored form of head, entries and topics. Names are never changed, only added.</summary>
internal static class LedgerDocuments
{
    internal sealed record HeadJson(
        int Format,
        long Epoch,
        long Seq,
        string Writer,
        long CreatedAt,
        long Change,
        bool Closed,
        IReadOnlyList<PartReference> Parts,
        IReadOnlyList<EntryJson> Tail,
        string? SourceClusterId = null,
        long? UncleanSince = null,
        string? Topics = null,
        RenderMark? Rendered = null,
        long? UnsweptThrough = null,
        CoverageReference? Coverage = null);

    internal sealed record EntryJson(string Topic, int Partition, long Base, long Next, SegmentJson? Segment = null, Gap? Gap = null, int? LeaderEpoch = null, Pruned? Pruned = null)
    {
        public static EntryJson Of(LedgerEntry entry) => new(
            entry.Partition.Topic, entry.Partition.Number, entry.Range.Base, entry.Range.Next, SegmentJson.Of(entry.Segment), entry.Gap, entry.LeaderEpoch, entry.Pruned);

        /// <exception cref="JsonException">The entry answers for something that cannot be.</exception>
        public LedgerEntry ToEntry() => Topic.Length > 0 && Partition >= 0 && Base >= 0 && Next > Base && Segment?.IsSound != false && IsOfOneKind
            ? new LedgerEntry
            {
                Partition = new PartitionId(Topic, Partition),
                Range = new OffsetRange(Base, Next),
                Segment = Segment?.ToInfo(),
                Gap = Gap,
                LeaderEpoch = LeaderEpoch,
                Pruned = Pruned,
            }
            : throw new JsonException($"an entry makes no sense: offsets [{Base}, {Next}) of '{Topic}:{Partition}'");

        private bool IsOfOneKind => (Segment is null ? 0 : 1) + (Gap is null ? 0 : 1) + (Pruned is null ? 0 : 1) <= 1;
    }

    internal sealed record SegmentJson(string Key, long Start, long End, long MinTs, long MaxTs, long Records, long Raw, long Size, string? Sha256 = null, long? UploadedAt = null)
    {
        public static SegmentJson? Of(SegmentInfo? segment) => segment is null
            ? null
            : new(segment.Key, segment.StartOffset, segment.EndOffset, segment.MinTimestamp, segment.MaxTimestamp, segment.RecordCount,
                segment.UncompressedSize, segment.CompressedSize, segment.Sha256, segment.UploadedAt);

        [JsonIgnore]
        public bool IsSound => Key.Length > 0 && Start >= 0 && End >= Start && Records > 0 && Raw >= 0 && Size >= 0;

        public SegmentInfo ToInfo() => new()
        {
            Key = Key,
            StartOffset = Start,
            EndOffset = End,
            MinTimestamp = MinTs,
            MaxTimestamp = MaxTs,
            RecordCount = Records,
            UncompressedSize = Raw,
            CompressedSize = Size,
            Sha256 = Sha256,
            UploadedAt = UploadedAt,
        };
    }

    /// <summary>What a partition answers for: bases and nexts by turns.</summary>
    internal sealed record CoverageJson(string Topic, int Partition, IReadOnlyList<long> Ranges, int? LeaderEpoch = null)
    {
        public static CoverageJson Of(PartitionId partition, PartitionOutline known) => new(
            partition.Topic, partition.Number, [.. known.Coverage.Ranges.SelectMany(range => new[] { range.Base, range.Next })], known.LeaderEpochAtEnd);

        /// <exception cref="JsonException">It answers for something that cannot be.</exception>
        public PartitionOutline ToOutline() => Topic.Length > 0 && Partition >= 0 && Ranges.Count > 0 && Ranges.Count % 2 == 0
            && Ranges.Zip(Ranges.Skip(1)).All(pair => pair.First < pair.Second) && Ranges[0] >= 0
            ? new PartitionOutline(Ranges.Chunk(2).Select(pair => new OffsetRange(pair[0], pair[1])), LeaderEpoch)
            : throw new JsonException($"what it tells of '{Topic}:{Partition}' makes no sense");
    }

    internal sealed record TopicsJson(int Format, IReadOnlyList<TopicFacts> Topics);
}
