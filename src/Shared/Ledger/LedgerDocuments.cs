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
        long? UnsweptThrough = null);

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

    internal sealed record TopicsJson(int Format, IReadOnlyList<TopicFacts> Topics);
}
