using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Manifests;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.ManifestProtocol;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>What a manifest actor does for a run that goes well.</summary>
public sealed class ManifestActorTests : ManifestActorTestBase
{
    [Fact]
    public async Task A_commit_is_answered_only_after_the_swap()
    {
        var gate = HoldHeadPut(nth: 2); // The first one takes office.
        var manifest = await OpenAsync();

        manifest.Tell(CommitOf(0), Worker);
        await AwaitAssertAsync(() => Assert.Equal(2, HeadPuts));
        await Worker.ExpectNoMsgAsync(Instant);
        Assert.Empty((await Ledgers.ReadAsync(Memory)).Entries);
        gate.SetResult();

        var committed = await Worker.ExpectMsgAsync<Committed>();
        Assert.Equal(new Committed(Backup, Ledgers.Orders(), new OffsetRange(0, 10), 1), committed);
        Assert.Single((await Ledgers.ReadAsync(Memory)).Entries);
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

        Assert.Equal(first, second);
        Assert.Single((await Ledgers.ReadAsync(Memory)).Entries);
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
        Assert.Equal(await Worker.ExpectMsgAsync<Committed>(), await Worker.ExpectMsgAsync<Committed>());
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

        Assert.Equal(new Rejected(Backup, Ledgers.Orders(0), new OffsetRange(5, 20), 2), await Worker.ExpectMsgAsync<Rejected>());
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
    public async Task What_is_uncovered_is_told_with_the_epoch()
    {
        await Ledgers.CommitAsync(Memory, [Ledgers.Entry(Ledgers.Orders(), 0, 10), Ledgers.Entry(Ledgers.Orders(), 20, 30)]);
        var manifest = await OpenAsync();

        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), [new OffsetRange(5, 25), new OffsetRange(28, 50)]), Worker);

        var uncovered = await Worker.ExpectMsgAsync<Uncovered>();
        Assert.Equal([new OffsetRange(10, 20), new OffsetRange(30, 50)], uncovered.Ranges);
        Assert.Equal(1, uncovered.Epoch);
        Assert.Equal(0, HeadPuts);
    }

    [Fact]
    public async Task A_run_with_nothing_new_writes_nothing()
    {
        IsIncremental = true;
        var first = await OpenAsync();
        first.Tell(new RecordSource(Backup, Run, "cluster-1", [new TopicFacts("orders", 1, "id-1")]), Coordinator);
        await Coordinator.ExpectMsgAsync<SourceRecorded>();
        await CommittedAsync(first, CommitOf(0, epoch: 1));
        await FinishedAsync(first);
        var before = Store.Calls.Count;

        var second = await OpenAsync();
        second.Tell(new RecordSource(Backup, Run, "cluster-1", [new TopicFacts("orders", 1, "id-1")]), Coordinator);
        await Coordinator.ExpectMsgAsync<SourceRecorded>();
        var finished = await FinishedAsync(second);

        Assert.Equal((0, 0, null), (finished.Records, finished.Gaps, finished.OffsetsPlace));
        Assert.DoesNotContain(Store.Calls.Skip(before), call => call.Operation is StoreOperation.Put or StoreOperation.Delete);
    }

    [Fact]
    public async Task The_first_run_of_an_empty_source_writes_nothing()
    {
        IsIncremental = true;
        var manifest = await OpenAsync();

        await FinishedAsync(manifest);

        Assert.DoesNotContain(Store.Calls, call => call.Operation == StoreOperation.Put);
        Assert.False(File.Exists(OffsetsPath));
    }

    [Fact]
    public async Task Finishing_shows_all_that_is_committed()
    {
        IsIncremental = true;
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        await CommittedAsync(manifest, CommitOf(1, next: 25, epoch: 1));
        await CommittedAsync(manifest, CommitOf(new LedgerEntry
        {
            Partition = Ledgers.Orders(1),
            Range = new OffsetRange(25, 40),
            Gap = new Gap(Gap.OffsetOutOfRange, 7),
        }, epoch: 1));

        var finished = await FinishedAsync(manifest);

        Assert.Equal(new RunFinished(Backup, Run, 35, 1, "memory/nightly/offsets.db"), finished);
        var stored = await Memory.GetAsync(BackupKeys.Manifest(Backup), CancellationToken.None);
        var partitions = Assert.Single(ManifestJson.Read(stored!.Content.Span, "manifest.json").Topics).Partitions;
        Assert.Equal([10L, 25L], partitions.Select(partition => partition.Segments.Sum(segment => segment.RecordCount)));
        Assert.NotNull(await Memory.GetAsync(BackupKeys.Offsets(Backup), CancellationToken.None));
        Assert.True(File.Exists(OffsetsPath));
        Assert.True((await Ledgers.ReadAsync(Memory)).Head.IsClosed);
    }

    [Fact]
    public async Task Without_offset_storage_no_offsets_database_is_written()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));

        Assert.Null((await FinishedAsync(manifest)).OffsetsPlace);

        Assert.Null(await Memory.GetAsync(BackupKeys.Offsets(Backup), CancellationToken.None));
        Assert.False(File.Exists(OffsetsPath));
    }

    [Fact]
    public async Task A_run_that_did_not_end_clean_leaves_the_head_open()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));

        await FinishedAsync(manifest, isClean: false);

        Assert.False((await Ledgers.ReadAsync(Memory)).Head.IsClosed);
    }

    [Fact]
    public async Task Finishing_waits_for_the_commits_that_came_before()
    {
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(0), Worker);
        await Worker.ExpectMsgAsync<Committed>();
        manifest.Tell(CommitOf(1, epoch: 1), Worker);
        manifest.Tell(new FinishRun(Backup, Run, IsClean: true), Coordinator);
        await Coordinator.ExpectNoMsgAsync(Instant);

        LetCommit();

        await Worker.ExpectMsgAsync<Committed>();
        Assert.Equal(20, (await Coordinator.ExpectMsgAsync<RunFinished>()).Records);
    }

    [Fact]
    public async Task Opening_again_for_the_same_run_is_answered_and_loads_nothing()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        var before = Store.Calls.Count;

        await OpenAsync(manifest, Run);

        Assert.Equal(before, Store.Calls.Count);
        Assert.Equal(10, (await FinishedAsync(manifest)).Records);
    }

    [Fact]
    public async Task Opening_for_another_run_loads_the_ledger_anew()
    {
        var manifest = await OpenAsync();
        await Ledgers.CommitAsync(Memory, [Ledgers.Entry(Ledgers.Orders(), 0, 10)]);

        await OpenAsync(manifest, new RunId("run-2"));

        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), [new OffsetRange(0, 10)]), Worker);
        Assert.Empty((await Worker.ExpectMsgAsync<Uncovered>()).Ranges);
    }

    [Fact]
    public async Task What_comes_before_any_run_is_not_answered()
    {
        var manifest = NewManifest();
        manifest.Tell(CommitOf(0), Worker);
        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), []), Worker);

        await Worker.ExpectNoMsgAsync(Instant);
        Assert.Empty(Store.Calls);

        await OpenAsync(manifest, Run);
        Assert.Equal(Ledgers.Orders(), (await CommittedAsync(manifest, CommitOf(0))).Partition);
    }
}
