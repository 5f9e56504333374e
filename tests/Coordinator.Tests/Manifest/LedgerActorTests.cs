using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared;
using Xunit;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>What a ledger actor does for a run that goes well.</summary>
public sealed class LedgerActorTests : LedgerActorTestBase
{
    [Fact]
    public async Task A_commit_is_answered_only_after_the_swap()
    {
        var gate = HoldHeadPut(nth: 2); // The first one claims the ledger.
        var manifest = await OpenAsync();

        manifest.Tell(CommitOf(0), Worker);
        await AwaitAssertAsync(() => Assert.Equal(2, HeadPuts));
        await Worker.ExpectNoMsgAsync(Instant);
        Assert.Empty(await Ledgers.EntriesAsync(Memory));
        gate.SetResult();

        var committed = await Worker.ExpectMsgAsync<Committed>();
        Assert.Equal(new Committed(Backup, Ledgers.Orders(), Ledgers.Order, new OffsetRange(0, 10), 1), committed);
        Assert.Single(await Ledgers.EntriesAsync(Memory));
    }

    [Fact]
    public async Task Commits_of_many_partitions_share_one_swap()
    {
        var gate = HoldHeadPut(nth: 2);
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(0), Worker);
        await AwaitAssertAsync(() => Assert.Equal(2, HeadPuts));

        for (var partition = 1; partition <= 200; partition++)
        {
            manifest.Tell(CommitOf(partition), Worker);
        }

        gate.SetResult();
        await Worker.ExpectMsgAsync<Committed>();
        await SettledAsync(manifest);
        LetCommit();
        var committed = new List<PartitionId>();
        for (var partition = 1; partition <= 200; partition++)
        {
            committed.Add((await Worker.ExpectMsgAsync<Committed>()).Partition);
        }

        Assert.Equal(Enumerable.Range(1, 200).Select(Ledgers.Orders), committed);
        Assert.Equal(3, HeadPuts);
        Assert.Equal(201, (await Ledgers.ReadAsync(Memory)).Head.EntryCount);
    }

    [Fact]
    public async Task The_next_swap_waits_for_its_interval()
    {
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(0), Worker);
        await Worker.ExpectMsgAsync<Committed>();

        manifest.Tell(CommitOf(1), Worker);
        await SettledAsync(manifest);
        Assert.Equal(2, HeadPuts);
        await Worker.ExpectNoMsgAsync(Instant);
        LetCommit();

        await Worker.ExpectMsgAsync<Committed>();
        Assert.Equal(3, HeadPuts);
    }

    [Fact]
    public async Task A_repeated_commit_is_answered_again_and_not_stored_twice()
    {
        var manifest = await OpenAsync();
        var commit = CommitOf(0);
        var first = await CommittedAsync(manifest, commit);
        var puts = HeadPuts;

        var second = await CommittedAsync(manifest, commit);

        Assert.Equal(first with { WasThere = true }, second);
        Assert.Single(await Ledgers.EntriesAsync(Memory));
        Assert.Equal(puts, HeadPuts);
        Assert.Equal(10, (await FinishedAsync(manifest)).Records);
    }

    [Fact]
    public async Task A_commit_that_is_repeated_before_its_swap_is_stored_once_and_answered_twice()
    {
        var gate = HoldHeadPut(nth: 1);
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(0), Worker);
        manifest.Tell(CommitOf(1), Worker);
        manifest.Tell(CommitOf(1), Worker);
        gate.SetResult();

        await Worker.ExpectMsgAsync<Committed>();
        await SettledAsync(manifest);
        LetCommit();
        Assert.Equal(await Worker.ExpectMsgAsync<Committed>() with { WasThere = true }, await Worker.ExpectMsgAsync<Committed>());
        Assert.Equal(2, (await Ledgers.ReadAsync(Memory)).Head.EntryCount);
    }

    [Fact]
    public async Task What_does_not_fit_is_rejected_and_the_rest_of_its_swap_is_not()
    {
        await Ledgers.CommitAsync(Memory, [Ledgers.Entry(Ledgers.Orders(0), 0, 10)]);
        var gate = HoldHeadPut(nth: 1);
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(5, epoch: 1), Worker);
        await AwaitAssertAsync(() => Assert.Equal(1, HeadPuts));

        manifest.Tell(CommitOf(0, @base: 5, next: 20, epoch: 1), Worker); // overlaps
        manifest.Tell(CommitOf(0, @base: 15, next: 20, epoch: 1), Worker); // leaves a hole
        manifest.Tell(CommitOf(0, @base: 10, next: 20, epoch: 0), Worker); // of an epoch too old
        manifest.Tell(CommitOf(0, @base: 10, next: 30, epoch: 1), Worker);
        gate.SetResult();
        await Worker.ExpectMsgAsync<Committed>();
        await SettledAsync(manifest);
        LetCommit();

        Assert.Equal(new Rejected(Backup, Ledgers.Orders(0), Ledgers.Order, new OffsetRange(5, 20), 2), await Worker.ExpectMsgAsync<Rejected>());
        await Worker.ExpectMsgAsync<Rejected>();
        await Worker.ExpectMsgAsync<Rejected>();
        Assert.Equal(new OffsetRange(10, 30), (await Worker.ExpectMsgAsync<Committed>()).Range);
        Assert.Equal(30, (await Ledgers.ReadAsync(Memory)).CoverageOf(Ledgers.Orders(0)).Position);
    }

    [Fact]
    public async Task Commits_beyond_what_may_wait_are_dropped_and_taken_when_repeated()
    {
        Settings = Settings with { MaxWaiting = 2 };
        var gate = HoldHeadPut(nth: 1);
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(0), Worker);
        await AwaitAssertAsync(() => Assert.Equal(1, HeadPuts));
        manifest.Tell(CommitOf(1), Worker);
        manifest.Tell(CommitOf(2), Worker);
        manifest.Tell(CommitOf(3), Worker);
        gate.SetResult();

        await Worker.ExpectMsgAsync<Committed>();
        await SettledAsync(manifest);
        LetCommit();
        await Worker.ExpectMsgAsync<Committed>();
        await Worker.ExpectMsgAsync<Committed>();
        await Worker.ExpectNoMsgAsync(Instant);

        Assert.Equal(Ledgers.Orders(3), (await CommittedAsync(manifest, CommitOf(3))).Partition);
    }

    [Fact]
    public async Task What_is_uncovered_is_told_with_the_epoch_of_the_claim()
    {
        await Ledgers.CommitAsync(Memory, [Ledgers.Entry(Ledgers.Orders(), 0, 10), Ledgers.Entry(Ledgers.Orders(), 20, 30)]);
        var manifest = await OpenAsync();

        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), Ledgers.Order, [new OffsetRange(5, 25), new OffsetRange(28, 50)]), Worker);

        var uncovered = await Worker.ExpectMsgAsync<Uncovered>();
        Assert.Equal([new OffsetRange(10, 20), new OffsetRange(30, 50)], uncovered.Ranges);
        Assert.Equal(2, uncovered.Epoch); // Who is about to store something is told the epoch in which it will be committed.
        Assert.Equal(1, HeadPuts);
    }

    [Fact]
    public async Task Where_all_is_covered_nothing_is_written()
    {
        await Ledgers.CommitAsync(Memory, [Ledgers.Entry(Ledgers.Orders(), 0, 10)]);
        var manifest = await OpenAsync();

        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), Ledgers.Order, [new OffsetRange(5, 10)]), Worker);

        Assert.Empty((await Worker.ExpectMsgAsync<Uncovered>()).Ranges);
        Assert.Equal(0, HeadPuts);
    }

    [Fact]
    public async Task What_comes_before_any_run_is_not_answered()
    {
        var manifest = NewManifest();
        manifest.Tell(CommitOf(0), Worker);
        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), Ledgers.Order, []), Worker);

        await Worker.ExpectNoMsgAsync(Instant);
        Assert.Empty(Store.Calls);

        await OpenAsync(manifest, Run);
        Assert.Equal(Ledgers.Orders(), (await CommittedAsync(manifest, CommitOf(0))).Partition);
    }
}
