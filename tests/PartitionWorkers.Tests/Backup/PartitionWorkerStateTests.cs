using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

public sealed class PartitionWorkerStateTests
{
    [Fact]
    public void A_worker_without_a_journal_has_no_position()
    {
        Assert.Null(PartitionWorkerState.Empty.Position);
        Assert.Equal((0, 0), (PartitionWorkerState.Empty.Records, PartitionWorkerState.Empty.StoredBytes));
    }

    [Fact]
    public void Commits_add_up()
    {
        var state = PartitionWorkerState.Empty.Apply(Committed(0, 10, records: 7, bytes: 100)).Apply(Committed(10, 30, records: 3, bytes: 50));

        Assert.Equal(30, state.Position);
        Assert.Equal(10, state.Records);
        Assert.Equal(150, state.StoredBytes);
    }

    [Fact]
    public void Filling_a_hole_does_not_move_the_position_back()
    {
        var state = PartitionWorkerState.Empty.Apply(Committed(50, 60)).Apply(Committed(0, 10));

        Assert.Equal(60, state.Position);
    }

    [Fact]
    public void A_snapshot_replaces_what_was_before()
    {
        var state = PartitionWorkerState.Empty.Apply(Committed(50, 60, records: 10, bytes: 10)).Apply(new WorkerSnapshot(40, 5, 6));

        Assert.Equal(new WorkerSnapshot(40, 5, 6), state.ToSnapshot());
    }

    [Fact]
    public void A_snapshot_and_what_follows_amount_to_the_whole_journal()
    {
        SegmentCommitted[] journal = [Committed(0, 10, 1, 2), Committed(10, 20, 3, 4), Committed(20, 30, 5, 6)];
        var whole = journal.Aggregate(PartitionWorkerState.Empty, (state, journaled) => state.Apply(journaled));

        var snapshot = PartitionWorkerState.Empty.Apply(journal[0]).Apply(journal[1]).ToSnapshot();

        Assert.Equal(whole, PartitionWorkerState.Empty.Apply(snapshot).Apply(journal[2]));
    }

    [Fact]
    public void An_event_of_a_newer_program_is_refused()
    {
        var failure = Assert.Throws<ArgumentException>(() => PartitionWorkerState.Empty.Apply("something else"));

        Assert.Contains("String", failure.Message, StringComparison.Ordinal);
    }

    private static SegmentCommitted Committed(long @base, long next, long records = 1, long bytes = 1) => new(new OffsetRange(@base, next), records, bytes);
}
