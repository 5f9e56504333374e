using Akka.Actor;
using KafkaBackup.Coordinator.Manifest;
using KafkaBackup.Coordinator.Tests.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Manifest;

/// <summary>Views and housekeeping that fail, and views that are not to grow old.</summary>
public sealed class LedgerActorViewTests : LedgerActorTestBase
{
    private static readonly string Manifest = BackupKeys.Manifest(Backup);
    private static readonly string Offsets = BackupKeys.Offsets(Backup);

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("offsets.db")]
    public async Task A_view_that_cannot_be_written_ends_no_run_and_is_its_last_word(string view)
    {
        IsIncremental = true;
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Store.Decide = call => call.Operation == StoreOperation.Put && call.Key == $"{Backup}/{view}" ? StoreFault.FailBefore() : null;
        Sync(manifest);
        await CommittedAsync(manifest, CommitOf(1, epoch: 1));

        var finished = await FinishedAsync(manifest);

        Assert.Equal((20, FailureKind.Storage), (finished.Records, finished.ViewFailure!.Kind));
        Assert.Contains(view, finished.ViewFailure.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Ledgers.ReadAsync(Memory)).Head.EntryCount);
        Assert.Equal(view != "manifest.json", await Memory.GetAsync(Manifest, CancellationToken.None) is not null);
        Assert.Equal(view != "offsets.db", await Memory.GetAsync(Offsets, CancellationToken.None) is not null);
    }

    [Fact]
    public async Task A_local_offsets_database_that_cannot_be_written_keeps_none_of_the_others_from_it()
    {
        IsIncremental = true;
        Directory.CreateDirectory(OffsetsPath);
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));

        var finished = await FinishedAsync(manifest);

        Assert.Contains("offsets.db", finished.ViewFailure!.Message, StringComparison.Ordinal);
        Assert.NotNull(await Memory.GetAsync(Manifest, CancellationToken.None));
        Assert.NotNull(await Memory.GetAsync(Offsets, CancellationToken.None));
        Assert.True((await Ledgers.ReadAsync(Memory)).Head.IsClosed);
    }

    [Fact]
    public async Task A_view_that_works_again_at_the_end_is_no_failure()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Store.Decide = call => call.Key == Manifest ? StoreFault.FailBefore() : null;
        Sync(manifest);
        await SettledAsync(manifest);
        Assert.Contains(Store.Calls, call => call.Key == Manifest && call.Nth == 2);

        Store.Decide = _ => null;

        Assert.Null((await FinishedAsync(manifest)).ViewFailure);
    }

    [Fact]
    public async Task A_view_that_failed_is_tried_again_with_each_sync()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Store.Decide = call => call.Operation == StoreOperation.Put && call.Key == Manifest ? StoreFault.FailBefore() : null;
        for (var i = 0; i < 3; i++)
        {
            Sync(manifest);
            await SettledAsync(manifest);
        }

        Assert.Equal(3, Puts(Manifest));
    }

    [Fact]
    public async Task A_view_that_fails_slowly_takes_a_tenth_of_the_time_from_commits_and_no_more()
    {
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));
        Store.Decide = call =>
        {
            if (call.Operation != StoreOperation.Put || call.Key != Manifest)
            {
                return null;
            }

            Clock.Advance(TimeSpan.FromSeconds(3));
            return StoreFault.FailBefore();
        };
        await SyncAfterAsync(TimeSpan.Zero);
        Assert.Equal(1, Puts(Manifest));

        await SyncAfterAsync(TimeSpan.FromSeconds(26));
        Assert.Equal(1, Puts(Manifest));
        await SyncAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Puts(Manifest));

        async Task SyncAfterAsync(TimeSpan pause)
        {
            Clock.Advance(pause);
            Sync(manifest);
            await SettledAsync(manifest);
        }
    }

    [Fact]
    public async Task A_manifest_that_is_damaged_keeps_a_run_with_a_head_from_nothing()
    {
        await Ledgers.CommitAsync(Memory, [Ledgers.Entry(Ledgers.Orders(), 0, 10)]);
        await Memory.PutAsync(Manifest, new("{\"cut"u8.ToArray()), PutCondition.Overwrite, CancellationToken.None);
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(1, epoch: 1));

        var finished = await FinishedAsync(manifest);

        Assert.Contains(Manifest, finished.ViewFailure!.Message, StringComparison.Ordinal);
        Assert.Equal("{\"cut", System.Text.Encoding.UTF8.GetString((await Memory.GetAsync(Manifest, CancellationToken.None))!.Content.Span));
    }

    [Fact]
    public async Task Without_a_head_a_damaged_manifest_ends_the_run()
    {
        await Memory.PutAsync(Manifest, new("{\"cut"u8.ToArray()), PutCondition.Overwrite, CancellationToken.None);

        NewManifest().Tell(new OpenLedger(Backup, Run), Coordinator);

        Assert.Contains(Manifest, (await Coordinator.ExpectMsgAsync<LedgerFailed>()).Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_not_be_deleted_is_the_last_word_of_a_run_that_is_safe()
    {
        await Memory.PutAsync(BackupKeys.Part(Backup, 0, 1), new("left"u8.ToArray()), PutCondition.Overwrite, CancellationToken.None);
        Store.Decide = call => call.Operation == StoreOperation.Delete ? StoreFault.FailBefore() : null;
        var manifest = await OpenAsync();
        await CommittedAsync(manifest, CommitOf(0));

        var finished = await FinishedAsync(manifest);

        Assert.Contains("could not be deleted", finished.ViewFailure!.Message, StringComparison.Ordinal);
        Assert.False((await Ledgers.ReadAsync(Memory)).Head.IsClosed);
    }

    [Fact]
    public async Task Workers_have_their_answers_before_parts_are_merged()
    {
        await TwentyPartsAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var manifest = await OpenAsync();
        Store.Decide = call => call.Operation == StoreOperation.Get && IsPart(call.Key) ? StoreFault.Delay(gate) : null;

        manifest.Tell(LargeCommit(20, epoch: 1), Worker);

        await Worker.ExpectMsgAsync<Committed>();
        await AwaitAssertAsync(() => Assert.Contains(Store.Calls, call => call.Operation == StoreOperation.Get && IsPart(call.Key) && call.Nth > 1));
        Assert.Equal(21, (await Ledgers.ReadAsync(Memory)).Head.Parts.Count);
        gate.SetResult();
        Assert.Null((await FinishedAsync(manifest)).ViewFailure);
        Assert.True((await Ledgers.ReadAsync(Memory)).Head.Parts.Count <= 20);
    }

    [Fact]
    public async Task Parts_that_could_not_be_merged_are_merged_by_the_next_run_once_it_is_in_office()
    {
        await TwentyPartsAsync();
        var manifest = await OpenAsync();
        Store.Decide = call => call.Operation == StoreOperation.Get && IsPart(call.Key) ? StoreFault.FailBefore() : null;
        await CommittedAsync(manifest, LargeCommit(20, epoch: 1));
        await FinishedAsync(manifest);
        Store.Decide = _ => null;

        Assert.Null((await FinishedAsync(await OpenAsync())).ViewFailure);

        Assert.True((await Ledgers.ReadAsync(Memory)).Head.Parts.Count <= 20);
    }

    [Fact]
    public async Task Parts_that_cannot_be_merged_keep_nobody_from_committing()
    {
        await TwentyPartsAsync();
        var manifest = await OpenAsync();
        Store.Decide = call => call.Operation == StoreOperation.Get && IsPart(call.Key) ? StoreFault.FailBefore() : null;
        await CommittedAsync(manifest, LargeCommit(20, epoch: 1));
        await CommittedAsync(manifest, CommitOf(21, epoch: 2));
        var tries = Store.Calls.Count(call => IsPart(call.Key) && call.Nth > 1);
        await CommittedAsync(manifest, CommitOf(22, epoch: 2));
        Assert.Equal(tries, Store.Calls.Count(call => IsPart(call.Key) && call.Nth > 1)); // Not with each commit.

        var finished = await FinishedAsync(manifest);

        Assert.Contains("/_cluster/parts/", finished.ViewFailure!.Message, StringComparison.Ordinal); // Which the manifest is rendered from, too.
        Assert.Equal(23, (await Ledgers.ReadAsync(Memory)).Head.EntryCount);
    }

    [Fact]
    public async Task The_manifest_is_written_when_a_quarter_is_new()
    {
        await Ledgers.CommitAsync(Memory, [.. Enumerable.Range(0, 6).Select(number => Ledgers.Entry(Ledgers.Orders(number), 0, 10))]);
        var manifest = await OpenAsync();
        Sync(manifest);
        await SettledAsync(manifest);
        Assert.Equal(1, Puts(Manifest)); // The run before left it behind, nobody knows since when.

        await CommittedAsync(manifest, CommitOf(6, epoch: 2));
        Sync(manifest);
        await SettledAsync(manifest);
        Assert.Equal(1, Puts(Manifest));

        await CommittedAsync(manifest, CommitOf(7, epoch: 2));
        Sync(manifest);
        await SettledAsync(manifest);
        Assert.Equal(2, Puts(Manifest));
    }

    [Fact]
    public async Task The_manifest_is_written_an_hour_after_the_first_commit_that_it_does_not_show()
    {
        IsIncremental = true;
        await Ledgers.CommitAsync(Memory, [.. Enumerable.Range(0, 60).Select(number => Ledgers.Entry(Ledgers.Orders(number), 0, 10))]);
        var manifest = await OpenAsync();
        Sync(manifest);
        await SettledAsync(manifest);
        var (shown, saved) = (Puts(Manifest), Puts(Offsets));
        await CommittedAsync(manifest, CommitOf(60, epoch: 2));
        Clock.Advance(TimeSpan.FromMinutes(59));
        await CommittedAsync(manifest, CommitOf(61, epoch: 2));
        Sync(manifest);
        await SettledAsync(manifest);
        Assert.Equal((shown, saved), (Puts(Manifest), Puts(Offsets)));

        Clock.Advance(TimeSpan.FromMinutes(1));
        Sync(manifest);
        await SettledAsync(manifest);

        Assert.Equal((shown + 1, saved + 1), (Puts(Manifest), Puts(Offsets)));
        Clock.Advance(TimeSpan.FromHours(5));
        Sync(manifest);
        await SettledAsync(manifest);
        Assert.Equal((shown + 1, saved + 1), (Puts(Manifest), Puts(Offsets))); // Nothing is new.
    }

    [Fact]
    public async Task A_stopped_run_hurries_a_store_that_does_not_answer()
    {
        var gate = HoldHeadPut(nth: 1);
        var manifest = await OpenAsync();
        manifest.Tell(CommitOf(0), Worker);
        await AwaitAssertAsync(() => Assert.Equal(1, HeadPuts));
        Assert.False(Patience.IsHurried);

        manifest.Tell(new FinishRun(Backup, Run, IsClean: false) { WasStopped = true }, Coordinator);

        await AwaitAssertAsync(() => Assert.True(Patience.IsHurried));
        gate.SetResult();
        await Coordinator.ExpectMsgAsync<RunFinished>();
    }

    private static bool IsPart(string key) => key.StartsWith(BackupKeys.PartsPrefix(Backup), StringComparison.Ordinal);

    /// <summary>An entry of which each fills a tail.</summary>
    private static CommitSegment LargeCommit(int number, long epoch) =>
        CommitOf(Ledgers.Entry(new PartitionId(new string('x', 70_000), number), 0, 10, epoch), epoch);

    private static void Sync(IActorRef manifest) => manifest.Tell(LedgerMessages.SyncDue.Instance);

    private int Puts(string key) => Store.Calls.Count(call => call.Operation == StoreOperation.Put && call.Key == key);

    private async Task TwentyPartsAsync()
    {
        var writer = Ledgers.Writer(Memory);
        await writer.LoadAsync(CancellationToken.None);
        await writer.ClaimAsync(CancellationToken.None);
        for (var number = 0; number < 20; number++)
        {
            await writer.CommitAsync([LargeCommit(number, 1).Entry], CancellationToken.None);
        }

        await writer.CloseAsync(CancellationToken.None);
    }
}
