using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

public sealed class RestoreBudgetTests
{
    private const long Beside = RestoreBudget.BesideSegments;

    [Fact]
    public void A_partition_takes_its_largest_segment_and_with_room_the_two_that_are_largest_together()
    {
        var order = Order(Segment(0, 9, 100), Segment(10, 19, 50), Segment(20, 29, 70), Segment(30, 39, 90));

        Assert.Equal(new RestoreBudget(Beside + 160, ReadsAhead: true), RestoreBudget.Of(order, Beside + 160));
        Assert.Equal(new RestoreBudget(Beside + 100, ReadsAhead: false), RestoreBudget.Of(order, Beside + 159));
    }

    [Fact]
    public void Segments_that_overlap_count_together()
    {
        var order = Order(Segment(0, 9, 100), Segment(5, 19, 60), Segment(19, 29, 7), Segment(30, 39, 150));

        Assert.Equal(new RestoreBudget(Beside + 167, ReadsAhead: false), RestoreBudget.Of(order, Beside));
        Assert.Equal(new RestoreBudget(Beside + 317, ReadsAhead: true), RestoreBudget.Of(order, long.MaxValue));
    }

    [Fact]
    public void What_is_noted_to_be_restored_is_not_read_and_does_not_count()
    {
        var order = Order(Segment(0, 9, 100), Segment(10, 19, 50)) with { Noted = new RestoredSoFar { Records = 10, SourceOffset = 9 } };

        Assert.Equal(new RestoreBudget(Beside + 50, ReadsAhead: false), RestoreBudget.Of(order, long.MaxValue));
    }

    [Fact]
    public void A_size_that_was_not_recorded_is_that_of_the_content_or_the_largest_by_default()
    {
        Assert.Equal(Beside + 80, RestoreBudget.Of(Order(Segment(0, 9, 0) with { UncompressedSize = 80 }), long.MaxValue).Bytes);
        Assert.Equal(Beside + RestoreBudget.UnknownSegment, RestoreBudget.Of(Order(Segment(0, 9, 0)), long.MaxValue).Bytes);
        Assert.Equal(Beside, RestoreBudget.Of(Order(), long.MaxValue).Bytes);
    }

    [Fact]
    public void A_topic_that_is_repartitioned_takes_its_largest_segments_once_and_something_for_each_partition()
    {
        List<RestoredSource> sources = [new(new PartitionId("orders", 0), [Segment(0, 9, 100), Segment(10, 19, 50)]), new(new PartitionId("orders", 1), [Segment(0, 9, 70), Segment(5, 19, 60)])];

        var budget = RestoreBudget.Of(new RestoredShare(sources, new Repartitioning(RepartitioningStrategy.Murmur2, 9)), feeds: 9);

        Assert.Equal(new RestoreBudget(Beside + 130 + (9 * RestoreBudget.BesideFeed), ReadsAhead: false), budget);
    }

    private static RestorePartition Order(params ManifestSegment[] segments) => new(new PartitionId("orders", 0), new PartitionId("restored", 0), segments);

    private static ManifestSegment Segment(long start, long end, long bytes) => new()
    {
        Key = $"nightly/topics/orders/partition=0/segment-{start:00000000000000000000}-1-5f71a4fadd0b.bin",
        StartOffset = start,
        EndOffset = end,
        StartTimestamp = 0,
        EndTimestamp = 0,
        RecordCount = end - start + 1,
        CompressedSize = bytes,
    };
}
