using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Shared.Tests.Protocol;

/// <summary>What a restore says between nodes.</summary>
public sealed class NodeWorkTests
{
    private const int Frame = 128_000;

    private static readonly PartitionId Target = new("restored", 3);

    [Theory]
    [InlineData(new long[0])]
    [InlineData(new long[] { 0, 0, 1, 127, 128, 300, 9_007_199_254_740_993, long.MaxValue })]
    public void Packed_offsets_come_back(long[] offsets) => Assert.Equal(offsets, PackedOffsets.Unpack(PackedOffsets.Pack(offsets)));

    [Fact]
    public void Offsets_that_descend_and_texts_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PackedOffsets.Pack([5, 4]));
        Assert.Throws<FormatException>(() => PackedOffsets.Unpack("gA==")); // The first of several bytes.
        Assert.Throws<FormatException>(() => PackedOffsets.Unpack("?"));
    }

    [Fact]
    public void An_order_comes_back_with_the_segments_that_the_backup_has_there()
    {
        var order = Order(segments: 2) with
        {
            Base = 5,
            There = 7,
            Rules = new RecordRules { KeptFrom = 5, WantsKeys = true, LeavesOut = true },
            Marks = [3, 8, 40],
            Noted = new RestoredSoFar { Records = 4, SourceOffset = 9, Harms = new RecordHarms(1, 2, 3, 0), Differences = ["It differs."], Marked = new Dictionary<long, long> { [3] = 2, [8] = 4 } },
        };

        var there = NodeWork.FromNode(NodeWork.ToNode(order), null, Order(segments: 5)); // The backup has gone on.

        Assert.Equal(["s0", "s1"], there.Segments.Select(segment => segment.Key));
        Assert.Equal((5L, 7L), (there.Base, there.There));
        Assert.Equal([3L, 8, 40], there.Marks);
        Assert.Equal((order.Rules, order.Noted.Harms), (there.Rules, there.Noted!.Harms));
        Assert.Equal((4L, 9L), (there.Noted!.Records, there.Noted.SourceOffset));
        Assert.Equal(order.Noted.Marked.OrderBy(mark => mark.Key), there.Noted.Marked.OrderBy(mark => mark.Key));
    }

    [Fact]
    public void A_share_of_a_topic_comes_back_from_the_same_segments_of_each_partition()
    {
        var there = NodeWork.FromNode(NodeWork.ToNode(Share(partitions: 2, segments: 2)), RestoreExtent.Of(Share(partitions: 2, segments: 2)), Share(partitions: 3, segments: 4));

        Assert.Equal([2, 2, 0], there.Share!.Sources.Select(source => source.Segments.Count));
    }

    [Fact]
    public void A_backup_that_has_changed_meanwhile_is_told()
    {
        var other = Order(segments: 2).From((_, segments) => [segments[0] with { RecordCount = 3 }, segments[1]]);

        Assert.Contains("the backup has changed since the restore was planned", Assert.Throws<BackupException>(() => NodeWork.FromNode(NodeWork.ToNode(Order(segments: 2)), null, other)).Message, StringComparison.Ordinal);
        Assert.Throws<BackupException>(() => NodeWork.FromNode(NodeWork.ToNode(Order(segments: 1)), null, null));
        Assert.Empty(NodeWork.FromNode(NodeWork.ToNode(Order(segments: 0)), null, null).Segments); // A group stands in it, and the backup holds nothing of it.
    }

    [Fact]
    public void The_end_of_a_partition_comes_back()
    {
        var restored = new PartitionRestored(Order(segments: 1) with { Marks = [3, 8] })
        {
            Records = 4,
            Bytes = 5,
            Markers = 6,
            FirstMarker = 7,
            Marked = new Dictionary<long, long> { [3] = 2, [8] = 4 },
            WasStopped = true,
            Harms = new RecordHarms(1, 2, 3, 4),
            Failure = new Fault(FailureKind.Source, "Too large.", IsRetryable: false),
            Differences = [.. Enumerable.Range(0, 30).Select(number => $"{number} differs.")],
        };

        var back = NodeWork.FromNode(NodeWork.ToNode(restored), restored.Order);

        Assert.Equal("10 more object(s) are not what the backup says of them.", back.Differences[^1]);
        Assert.Equal(restored.Marked.OrderBy(mark => mark.Key), back.Marked.OrderBy(mark => mark.Key));
        Assert.Equal(restored with { Differences = back.Differences, Marked = back.Marked }, back);
    }

    [Fact]
    public void The_largest_messages_are_below_the_limit_of_a_frame()
    {
        var offsets = Enumerable.Range(0, 3_300).Select(number => number * 9_000_000_000_000L).ToList();
        var order = Order(segments: 1) with { Marks = offsets, Noted = new RestoredSoFar { Records = 1, SourceOffset = 1, Marked = offsets.ToDictionary(offset => offset, offset => offset) } };
        var wide = NodeWork.ToNode(order);
        Assert.InRange(wide.Marks.Length, PackedOffsets.MostText * 3 / 4, PackedOffsets.MostText);
        var definition = new string('d', CatalogueProtocol.MaxDefinitionBytes);
        var share = Share(partitions: 4_000, segments: 1);
        var many = Enumerable.Repeat(NodeWork.ToNode(share) with { Target = new PartitionId(new string('t', 249), 9_999) }, MostOrders);

        Assert.InRange(WireFormat.Write(new OrderRestore(Id, Id, 1, definition, [wide]) { Rate = new RateShare(1, 1) }).Length, 0, Frame);
        Assert.InRange(WireFormat.Write(new OrderRestore(Id, Id, 1, definition, [.. many]) { Rate = new RateShare(1, 1), Extent = RestoreExtent.Of(share) }).Length, 0, Frame);
    }

    private const string Id = "0123456789abcdef0123456789abcdef";

    private static RestorePartition Order(int segments) => new(new PartitionId("orders", 3), Target, Segments(segments));

    private static RestorePartition Share(int partitions, int segments) => RestorePartition.Of("orders", Target, new RestoredShare(
        [.. Enumerable.Range(0, partitions).Select(number => new RestoredSource(new PartitionId("orders", number), Segments(segments)))], new Repartitioning(RepartitioningStrategy.Murmur2, 5)));

    private static List<ManifestSegment> Segments(int count) => [.. Enumerable.Range(0, count).Select(number => new ManifestSegment
    {
        Key = $"s{number}", StartOffset = 10 * number, EndOffset = (10 * number) + 9, StartTimestamp = 0, EndTimestamp = 0, RecordCount = 10,
    })];
}
