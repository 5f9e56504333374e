using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class ChosenNothingTests
{
    private static readonly PartitionId Orders = new("orders", 0);

    [Theory]
    [InlineData(null, 1_704_067_210L, "in the window up to 1970-01-20 17:21:07Z: it holds records from 2024-01-01 00:00:00Z to 2024-01-02 00:00:00Z. "
        + "Times are in milliseconds: restore.time_window_end is 1704067210, which in seconds would be 2024-01-01 00:00:10Z.")]
    [InlineData(1_704_067_210L, 1_704_067_220L, "in the window from 1970-01-20 17:21:07Z to 1970-01-20 17:21:07Z: it holds records from 2024-01-01 00:00:00Z to 2024-01-02 00:00:00Z. "
        + "Times are in milliseconds: restore.time_window_start is 1704067210, which in seconds would be 2024-01-01 00:00:10Z.")]
    [InlineData(1_800_000_000_000L, null, "in the window from 2027-01-15 08:00:00Z on: it holds records from 2024-01-01 00:00:00Z to 2024-01-02 00:00:00Z.")]
    public void A_window_without_records_is_told_with_the_times_that_there_are(long? start, long? end, string sentence) => Assert.Equal(
        $"None of 1,000 records in the backup lies {sentence}", ChosenNothing.Sentence(new RestoreSection { TimeWindowStart = start, TimeWindowEnd = end }, [Order()]));

    [Fact]
    public void Ranges_without_records_are_told()
    {
        var section = new RestoreSection { OffsetRanges = new Dictionary<PartitionId, OffsetBounds> { [Orders] = new(5_000, 6_000) } };

        Assert.Equal("No record of the backup lies within restore.offset_ranges.", ChosenNothing.Sentence(section, [Order() with { Segments = [] }]));
        Assert.StartsWith("None of 1,000 records in the backup lies within restore.offset_ranges: it holds", ChosenNothing.Sentence(section, [Order()]), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_all_is_wanted_nothing_is_told() => Assert.Null(ChosenNothing.Sentence(new RestoreSection(), [Order()]));

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 3, false)] // They lie in the window, and filters left them out.
    public void It_is_told_only_where_no_record_lies_in_it(long records, long dropped, bool isTold)
    {
        var plan = new RestorePlan { Topics = [], Orders = [Order()], Notes = [], NothingChosen = "None." };

        Assert.Equal(isTold ? "None." : null, ChosenNothing.Of(plan, [new PartitionRestored(Order()) { Records = records, Filtered = new FilteredRecords(dropped, 0) }]));
        Assert.Null(ChosenNothing.Of(plan, []));
    }

    private static RestorePartition Order() => new(Orders, Orders, [new ManifestSegment
    {
        Key = "s",
        StartOffset = 0,
        EndOffset = 999,
        StartTimestamp = 1_704_067_200_000,
        EndTimestamp = 1_704_153_600_000,
        RecordCount = 1_000,
    }]);
}
