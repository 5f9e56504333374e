using System.Buffers;
using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Operations;

public sealed class BackupDeletionTests
{
    private static readonly BackupId Backup = new("nightly");

    private readonly MemoryObjectStore _memory = new();

    [Fact]
    public async Task All_of_a_backup_goes_and_nothing_of_its_neighbours()
    {
        await PutAsync("nightly/manifest.json", "nightly/_cluster/head.json", "nightly/topics/orders/partition=0/segment-1.bin", "nightly2/manifest.json", "evidence-reports/a");

        var report = await DeleteAsync(new Refusing(_memory, _ => false));

        Assert.Equal(new DeletionReport(3, 0, null), report);
        Assert.Equal(["evidence-reports/a", "nightly2/manifest.json"], await _memory.KeysAsync());
    }

    [Fact]
    public async Task What_lies_below_its_name_and_is_not_of_a_backup_stays()
    {
        string[] others = ["nightly/_catalogue/backups/a.json", "nightly/orders/manifest.json", "nightly/topics/manifest.json", "nightly/topics/_cluster/head.json"];
        await PutAsync([.. others, "nightly/manifest.json"]);

        Assert.Equal(new DeletionReport(1, 0, null), await DeleteAsync(new Refusing(_memory, _ => false)));
        Assert.Equal(others.Order(StringComparer.Ordinal), await _memory.KeysAsync());
    }

    [Fact]
    public async Task What_is_not_there_is_deleted_without_a_word() => Assert.Equal(new DeletionReport(0, 0, null), await DeleteAsync(new Refusing(_memory, _ => false)));

    [Fact]
    public async Task A_store_that_refuses_the_head_keeps_the_backup_whole()
    {
        await PutAsync("nightly/manifest.json", "nightly/_cluster/head.json", "nightly/topics/orders/partition=0/segment-1.bin");

        var report = await DeleteAsync(new Refusing(_memory, key => key.EndsWith("head.json", StringComparison.Ordinal)));

        Assert.Equal((0, 3, "It is locked."), (report.Deleted, report.Kept, report.Problem));
        Assert.Equal(3, (await _memory.KeysAsync()).Count);
    }

    [Fact]
    public async Task A_segment_that_is_refused_is_told_and_keeps_no_other()
    {
        await PutAsync("nightly/_cluster/head.json", "nightly/topics/orders/partition=0/segment-1.bin", "nightly/topics/orders/partition=0/segment-2.bin");

        var report = await DeleteAsync(new Refusing(_memory, key => key.EndsWith("segment-1.bin", StringComparison.Ordinal)));

        Assert.Equal((2, 1, "It is locked."), (report.Deleted, report.Kept, report.Problem));
        Assert.Equal(["nightly/topics/orders/partition=0/segment-1.bin"], await _memory.KeysAsync());
    }

    [Fact]
    public async Task A_store_that_is_away_is_no_refusal()
    {
        await PutAsync("nightly/_cluster/head.json");

        var away = await Assert.ThrowsAsync<StorageException>(() => DeleteAsync(new Refusing(_memory, _ => true) { IsAway = true }));

        Assert.True(away.IsRetryable);
    }

    private static Task<DeletionReport> DeleteAsync(IObjectStore store) => new BackupDeletion(store).ExecuteAsync(Backup, CancellationToken.None);

    private async Task PutAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await _memory.PutAsync(key, new ReadOnlySequence<byte>([1]), PutCondition.CreateOnly, CancellationToken.None);
        }
    }

    /// <summary>A store that deletes some objects for nobody.</summary>
    private sealed class Refusing(IObjectStore inner, Func<string, bool> isLocked) : IObjectStore
    {
        public bool IsAway { get; init; }

        public string Name => inner.Name;

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

        public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => inner.OpenReadAsync(key, cancellation);

        public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

        public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) => inner.PutAsync(key, content, condition, cancellation);

        public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

        public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => isLocked(key)
            ? throw new StorageException(key, "It is locked.") { IsRetryable = IsAway }
            : inner.DeleteAsync(key, cancellation);
    }
}
