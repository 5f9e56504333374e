using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class OffsetsPublisherTests : OffsetDatabaseTestBase
{
    private static readonly PartitionId Partition = new("t", 0);
    private static readonly string Key = BackupKeys.Offsets(Backup);

    private readonly LedgerSamples _samples = new();
    private readonly InterferingStore _store;
    private readonly OffsetsPublisher _publisher;

    public OffsetsPublisherTests()
    {
        _store = new InterferingStore(_samples.Objects);
        _publisher = new OffsetsPublisher(DatabasePath, _samples.Clock);
    }

    [Fact]
    public async Task Both_databases_show_the_last_offset_of_each_partition()
    {
        Assert.True(await SyncAsync());

        Assert.Equal(99, OffsetDatabase.TryRead(DatabasePath, Backup, out _)![Partition]);
        Assert.Equal(99, (await RemoteAsync())[Partition]);
        Assert.Equal(["completed"], Query(DatabasePath, "SELECT status FROM backup_jobs"));
    }

    [Fact]
    public async Task Databases_that_agree_with_the_ledger_are_found_and_not_written()
    {
        await SyncAsync();
        _store.Changes.Clear();
        var before = File.GetLastWriteTimeUtc(DatabasePath);
        var next = new OffsetsPublisher(DatabasePath, _samples.Clock);

        var report = await next.CompareAsync(_store, Ledger(100), Backup, CancellationToken.None);

        Assert.Equal((true, true), (report.HasRemote, report.HasLocal));
        Assert.Empty(report.Warnings);
        next.SyncLocal(Ledger(100), Backup, isCompleted: true);
        Assert.False(await next.SyncRemoteAsync(_store, Ledger(100), Backup, isCompleted: true, CancellationToken.None));
        Assert.Empty(_store.Changes);
        Assert.Equal(before, File.GetLastWriteTimeUtc(DatabasePath));
    }

    [Fact]
    public async Task A_backup_without_positions_gets_no_database()
    {
        var report = await CompareAsync(LedgerOutline.Empty);

        _publisher.SyncLocal(LedgerOutline.Empty, Backup, isCompleted: true);
        Assert.False(await _publisher.SyncRemoteAsync(_store, LedgerOutline.Empty, Backup, isCompleted: true, CancellationToken.None));

        Assert.Equal((false, false, 0), (report.HasRemote, report.HasLocal, report.Warnings.Count));
        Assert.Empty(_store.Changes);
        Assert.Empty(FileNames());
    }

    [Fact]
    public async Task A_local_database_that_claims_too_much_is_named_and_corrected()
    {
        WriteLocal(150);

        var report = await CompareAsync(Ledger(100));
        await SyncAsync();

        Assert.Equal(
            $"{DatabasePath} claims more than is committed for t:0. The run goes on from what is committed, and corrects it: nothing is skipped or stored twice.",
            Assert.Single(report.Warnings));
        Assert.Null(report.Lag);
        Assert.Equal(99, OffsetDatabase.TryRead(DatabasePath, Backup, out _)![Partition]);
    }

    [Fact]
    public async Task A_remote_database_that_claims_too_much_is_named_and_corrected()
    {
        await _samples.PutAsync(Key, Image(150));

        var report = await CompareAsync(Ledger(100));
        await SyncAsync();

        Assert.StartsWith($"memory/{Key} claims more than is committed for t:0.", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(99, (await RemoteAsync())[Partition]);
    }

    [Fact]
    public async Task Databases_that_a_killed_run_left_behind_are_told_in_one_sentence_and_corrected()
    {
        WriteLocal(50);
        await _samples.PutAsync(Key, Image(60));

        var report = await CompareAsync(Ledger(100));
        await SyncAsync();

        Assert.Equal(
            $"{DatabasePath} and memory/{Key} are behind what is committed for t:0. The run goes on from what is committed, and corrects them: "
            + "nothing is skipped or stored twice.", report.Lag);
        Assert.Empty(report.Warnings);
        Assert.Equal(99, OffsetDatabase.TryRead(DatabasePath, Backup, out _)![Partition]);
        Assert.Equal(99, (await RemoteAsync())[Partition]);
    }

    [Fact]
    public async Task A_remote_database_that_cannot_be_read_is_named_and_written_anew()
    {
        await _samples.PutAsync(Key, "no database at all"u8.ToArray());

        var report = await CompareAsync(Ledger(100));
        await SyncAsync();

        Assert.False(report.HasRemote);
        Assert.Contains("It is not needed: the positions come from the ledger", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(99, (await RemoteAsync())[Partition]);
    }

    [Fact]
    public async Task A_local_database_that_cannot_be_read_is_named_and_written_anew()
    {
        await File.WriteAllTextAsync(DatabasePath, "no database at all");

        var report = await CompareAsync(Ledger(100));
        await SyncAsync();

        Assert.False(report.HasLocal);
        Assert.Single(report.Warnings);
        Assert.Equal(99, OffsetDatabase.TryRead(DatabasePath, Backup, out _)![Partition]);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_fails_the_comparison()
    {
        _store.BeforeGet = _ => throw InterferingStore.Unavailable();

        await Assert.ThrowsAsync<StorageException>(() => CompareAsync(Ledger(100)));
    }

    [Fact]
    public async Task The_job_is_marked_as_completed_when_the_last_news_was_shown_during_the_run()
    {
        await SyncAsync(isCompleted: false);
        Assert.Equal(["running"], Query(DatabasePath, "SELECT status FROM backup_jobs"));

        Assert.True(await SyncAsync());

        Assert.Equal(["completed"], Query(DatabasePath, "SELECT status FROM backup_jobs"));
    }

    private static LedgerOutline Ledger(long position) => new(Head.None, LedgerSamples.Entry(0, position));

    private Task<OffsetsReport> CompareAsync(LedgerOutline ledger) => _publisher.CompareAsync(_store, ledger, Backup, CancellationToken.None);

    private Task<bool> SyncAsync(bool isCompleted = true)
    {
        _publisher.SyncLocal(Ledger(100), Backup, isCompleted);
        return _publisher.SyncRemoteAsync(_store, Ledger(100), Backup, isCompleted, CancellationToken.None);
    }

    private async Task<IReadOnlyDictionary<PartitionId, long>> RemoteAsync() => OffsetDatabase.TryRead(await _samples.BytesAsync(Key), Backup, out _)!;

    private static byte[] Image(long last) =>
        OffsetDatabase.Create(Backup, null, new Dictionary<PartitionId, long> { [Partition] = last }, BackupJobStatus.Completed, Now);

    private void WriteLocal(long last) => OffsetDatabase.WriteFile(
        DatabasePath, Backup, null, new Dictionary<PartitionId, long> { [Partition] = last }, BackupJobStatus.Completed, Now);
}
