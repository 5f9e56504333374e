using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

public sealed class SegmentRunsTests
{
    [Fact]
    public void Segments_are_read_in_the_order_of_their_times_and_those_of_a_partition_in_that_of_their_offsets() => Assert.Equal(
        ["0:0-9", "1:0-9", "0:10-19", "1:10-19", "1:20-29"],
        Runs(Source(1, Segment(20, 29, time: 20), Segment(0, 9, time: 15), Segment(10, 19, time: 60)), Source(0, Segment(10, 19, time: 40), Segment(0, 9, time: 10))));

    [Fact]
    public void Those_of_the_same_time_are_in_the_order_of_their_partitions_however_they_are_told()
    {
        var (one, other) = (Source(0, Segment(0, 9, time: 5), Segment(10, 19, time: 5)), Source(1, Segment(0, 9, time: 5)));

        Assert.Equal(["0:0-9", "0:10-19", "1:0-9"], Runs(one, other));
        Assert.Equal(["0:0-9", "0:10-19", "1:0-9"], Runs(other, one));
    }

    [Fact]
    public void Segments_that_overlap_are_read_together() =>
        Assert.Equal(["0:0-9 5-14", "0:15-19"], Runs(Source(0, Segment(0, 9, time: 1), Segment(5, 14, time: 2), Segment(15, 19, time: 3))));

    [Fact]
    public void Segments_of_OSOs_tool_are_read_together_as_nothing_but_reading_tells_what_they_hold() => Assert.Equal(
        ["0:0-9 10-19"], Runs(Source(0, [.. new[] { Segment(0, 9, time: 1), Segment(10, 19, time: 2) }.Select(segment => segment with { Key = "b/topics/t/partition=0/segment-00000000000000000000.bin" })])));

    private static IEnumerable<string> Runs(params RestoredSource[] sources) => SegmentRuns.Of(sources)
        .Select(run => $"{run.Partition.Number}:{string.Join(' ', run.Segments.Select(segment => $"{segment.StartOffset}-{segment.EndOffset}"))}");

    private static RestoredSource Source(int number, params ManifestSegment[] segments) => new(new PartitionId("t", number), segments);

    private static ManifestSegment Segment(long start, long end, long time) => new()
    {
        Key = $"b/topics/t/partition=0/segment-{start:00000000000000000000}-1-5f71a4fadd0b.bin",
        StartOffset = start,
        EndOffset = end,
        StartTimestamp = time,
        EndTimestamp = time,
        RecordCount = end - start + 1,
    };
}
