using Akka.TestKit;
using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>How runs begin and end at the ledger actor.</summary>
public sealed class LedgerActorRunTests : LedgerActorTestBase
{
    [Fact]
    public async Task A_ledger_that_no_run_wants_any_more_is_not_kept_in_memory()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Watch(manifest);
        await FinishedAsync(manifest);

        Pass(Settings.IdleAfter - TimeSpan.FromSeconds(1));
        await SettledAsync(manifest);
        Pass(TimeSpan.FromSeconds(1));

        await ExpectTerminatedAsync(manifest);
    }

    [Fact]
    public async Task The_next_run_keeps_it_there()
    {
        var manifest = await OpenAsync();
        await FinishedAsync(manifest);
        await OpenAsync(manifest, new RunId("run-2"));

        Pass(Settings.IdleAfter);

        await SettledAsync(manifest);
        await CommittedAsync(manifest, CommitOf(0));
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

        manifest.Tell(new GetUncovered(Backup, Ledgers.Orders(), Ledgers.Order, [new OffsetRange(0, 10)]), Worker);
        Assert.Empty((await Worker.ExpectMsgAsync<Uncovered>()).Ranges);
    }

    private void Pass(TimeSpan time) => ((TestScheduler)Sys.Scheduler).Advance(time);
}
