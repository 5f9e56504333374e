using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class CommitBatchTests
{
    private const long Epoch = 7;

    [Theory]
    [InlineData(20, 30, CommitVerdict.Accepted)]
    [InlineData(21, 30, CommitVerdict.Rejected)]
    [InlineData(19, 30, CommitVerdict.Rejected)]
    [InlineData(0, 5, CommitVerdict.Rejected)]
    public void A_tail_starts_at_the_position(long start, long next, CommitVerdict expected) =>
        Assert.Equal(expected, Batch(Entry(0, 20)).Judge(Entry(start, next, "new"), Epoch));

    [Theory]
    [InlineData(10, 20, CommitVerdict.Accepted)]
    [InlineData(12, 15, CommitVerdict.Accepted)]
    [InlineData(10, 21, CommitVerdict.Rejected)]
    [InlineData(9, 20, CommitVerdict.Rejected)]
    public void A_hole_is_filled_by_what_lies_inside_of_it(long start, long next, CommitVerdict expected) =>
        Assert.Equal(expected, Batch(Entry(0, 10), Entry(20, 30)).Judge(Entry(start, next, "new"), Epoch));

    [Fact]
    public void What_lies_before_everything_covered_is_accepted() =>
        Assert.Equal(CommitVerdict.Accepted, Batch(Entry(20, 30)).Judge(Entry(0, 10, "new"), Epoch));

    [Fact]
    public void The_first_entry_of_a_partition_may_start_anywhere() =>
        Assert.Equal(CommitVerdict.Accepted, Batch(Entry(0, 20)).Judge(Entry(500, 600, partition: new PartitionId("t", 1)), Epoch));

    [Fact]
    public void A_repeated_entry_is_recognized_and_not_taken_twice()
    {
        var batch = Batch(Entry(0, 20));

        Assert.Equal(CommitVerdict.Repeated, batch.Judge(Entry(0, 20), 1));
        Assert.Equal(CommitVerdict.Accepted, batch.Judge(Entry(20, 30), Epoch));
        Assert.Equal(CommitVerdict.Repeated, batch.Judge(Entry(20, 30), Epoch));
        Assert.Equal([Entry(20, 30)], batch.Accepted);
    }

    [Fact]
    public void The_same_range_in_another_segment_is_rejected()
    {
        var batch = Batch(Entry(0, 20));
        batch.Judge(Entry(20, 30, "mine"), Epoch);

        Assert.Equal(CommitVerdict.Rejected, batch.Judge(Entry(20, 30, "other"), Epoch));
        Assert.Equal(CommitVerdict.Rejected, batch.Judge(Entry(0, 20, "other"), Epoch));
    }

    [Fact]
    public void An_entry_is_judged_as_if_those_before_it_were_committed()
    {
        var batch = Batch(Entry(0, 20));

        Assert.Equal(CommitVerdict.Rejected, batch.Judge(Entry(30, 40), Epoch));
        Assert.Equal(CommitVerdict.Accepted, batch.Judge(Entry(20, 30), Epoch));
        Assert.Equal(CommitVerdict.Accepted, batch.Judge(Entry(30, 40), Epoch));
        Assert.Equal([Entry(20, 30), Entry(30, 40)], batch.Accepted);
    }

    [Fact]
    public void A_filled_hole_in_the_batch_does_not_move_the_position_back()
    {
        var batch = Batch(Entry(0, 10), Entry(20, 30));

        Assert.Equal(CommitVerdict.Accepted, batch.Judge(Entry(10, 15), Epoch));
        Assert.Equal(CommitVerdict.Accepted, batch.Judge(Entry(30, 40), Epoch));
    }

    [Theory]
    [InlineData(Epoch + 1, CommitVerdict.Accepted)]
    [InlineData(Epoch, CommitVerdict.Accepted)]
    [InlineData(Epoch - 1, CommitVerdict.Accepted)]
    [InlineData(Epoch - 2, CommitVerdict.Rejected)]
    public void The_epoch_is_the_one_in_office_or_the_one_before(long epoch, CommitVerdict expected) =>
        Assert.Equal(expected, Batch().Judge(Entry(0, 10), epoch));

    [Theory]
    [InlineData(Epoch, CommitVerdict.Accepted)]
    [InlineData(Epoch - 1, CommitVerdict.Accepted)]
    [InlineData(Epoch - 2, CommitVerdict.Rejected)]
    public void A_segment_that_a_sweep_may_have_deleted_is_rejected_whatever_epoch_its_worker_was_told_since(long named, CommitVerdict expected)
    {
        var key = BackupKeys.Segment(Backup, Partition, 0, named, "u", ".zst");

        Assert.Equal(expected, Batch().Judge(Entry(0, 10, key), Epoch));
    }

    [Fact]
    public void An_entry_without_offsets_is_rejected() => Assert.Equal(CommitVerdict.Rejected, Batch(Entry(0, 20)).Judge(Gap(20, 20), Epoch));

    private static CommitBatch Batch(params LedgerEntry[] committed) =>
        new(new LedgerOutline(Head.None with { Epoch = Epoch, Writer = "w" }, committed));
}
