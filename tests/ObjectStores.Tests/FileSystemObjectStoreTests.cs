using System.Diagnostics;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What only a store of files can do wrong.</summary>
public sealed partial class FileSystemObjectStoreTests : IDisposable
{
    private static readonly DateTime LongAgo = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("store-");
    private readonly FileSystemObjectStore _store;

    public FileSystemObjectStoreTests() => _store = NewStore();

    private string Root => Path.Combine(_directory.FullName, "backups");

    private string PrivateFolder => Path.Combine(Root, ".kafka-backup");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Objects_are_plain_files_below_the_root()
    {
        await _store.PutAsync("b1/topics/orders/x.bin", "content");
        File.WriteAllText(PathOf("b1/by-hand"), "theirs");

        Assert.Equal("content", File.ReadAllText(PathOf("b1/topics/orders/x.bin")));
        Assert.Equal("theirs", await _store.TextAsync("b1/by-hand"));
        Assert.Equal(["b1/by-hand", "b1/topics/orders/x.bin"], await _store.KeysAsync(""));
        Assert.Equal(Root, _store.Name);
    }

    [Fact]
    public async Task Reading_makes_no_directory()
    {
        await _store.GetAsync("b1/x");
        await _store.KeysAsync("");
        await _store.FoldersAsync("");

        Assert.False(Directory.Exists(Root));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("b1/../../outside")]
    [InlineData("b1/..")]
    [InlineData("./x")]
    [InlineData("/etc/passwd")]
    [InlineData(".kafka-backup/x")]
    public async Task Keys_that_leave_the_root_or_enter_the_private_folder_are_refused(string key)
    {
        await AssertRefused(key, () => _store.GetAsync(key));
        await AssertRefused(key, () => _store.HeadAsync(key, CancellationToken.None));
        await AssertRefused(key, () => _store.OpenReadAsync(key, CancellationToken.None));
        await AssertRefused(key, () => _store.PutAsync(key, "x"));
        await AssertRefused(key, () => _store.DeleteAsync(key));
        await AssertRefused(key, () => _store.KeysAsync(key));
        await AssertRefused(key + "/", () => _store.FoldersAsync(key + "/"));

        Assert.Empty(_directory.EnumerateFileSystemInfos("*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_in_place_of_a_directory_is_a_failure_that_names_path_and_reason()
    {
        await _store.PutAsync("b1/file", "x");
        const string key = "b1/file/x";

        await AssertFails(key, () => _store.GetAsync(key), "Not a directory");
        await AssertFails(key, () => _store.HeadAsync(key, CancellationToken.None), "Not a directory");
        await AssertFails(key, () => _store.OpenReadAsync(key, CancellationToken.None), "Not a directory");
        await AssertFails(key, () => _store.PutAsync(key, "y"), "already exists");
        await AssertFails(key, () => _store.DeleteAsync(key), "Not a directory");
        await AssertFails("b1/file/", () => _store.KeysAsync("b1/file/"), "Not a directory");
        await AssertFails("b1/file/", () => _store.FoldersAsync("b1/file/"), "Not a directory");
        Assert.Equal("x", await _store.TextAsync("b1/file"));
    }

    [Fact]
    public async Task A_file_in_place_of_the_root_is_a_failure_and_no_empty_store()
    {
        File.WriteAllText(Root, "x");

        await AssertFails("b1/x", () => _store.GetAsync("b1/x"), "Not a directory");
        await AssertFails("", () => _store.KeysAsync(""), "Not a directory");
        await AssertFails("", () => _store.FoldersAsync(""), "Not a directory");
    }

    [Fact]
    public async Task A_directory_in_place_of_an_object_is_a_failure_and_not_a_missing_object()
    {
        Directory.CreateDirectory(PathOf("b1/x"));

        await AssertFails("b1/x", () => _store.GetAsync("b1/x"), "denied");
        await AssertFails("b1/x", () => _store.HeadAsync("b1/x", CancellationToken.None), "denied");
        await AssertFails("b1/x", () => _store.OpenReadAsync("b1/x", CancellationToken.None), "denied");
        await AssertFails("b1/x", () => _store.PutAsync("b1/x", "y"), "Is a directory");
        await AssertFails("b1/x", () => _store.PutAsync("b1/x", "y", PutCondition.IfMatch(new ETag("a"))), "denied");
        await AssertFails("b1/x", () => _store.DeleteAsync("b1/x"), "");
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task A_directory_that_cannot_be_listed_is_a_failure_and_not_an_empty_one()
    {
        await _store.PutAsync("b1/x", "x");
        Directory.CreateSymbolicLink(PathOf("b2"), PathOf("b2")); // A loop: even root cannot follow it.

        await AssertFails("b2/", () => _store.KeysAsync("b2/"), "");
        await AssertFails("b2/", () => _store.FoldersAsync("b2/"), "");
        await AssertFails("b2/x", () => _store.GetAsync("b2/x"), "");
    }

    [Fact]
    public async Task A_failed_write_leaves_nothing_behind()
    {
        await _store.PutAsync("b1/x", "before");

        await Assert.ThrowsAsync<StorageConflictException>(() => _store.PutAsync("b1/x", "after", PutCondition.CreateOnly));
        await Assert.ThrowsAsync<StorageConflictException>(() => _store.PutAsync("b1/x", "after", PutCondition.IfMatch(new ETag("old"))));
        using var cancellation = new CancellationTokenSource();
        var content = StoreTexts.Sequence("begun"u8.ToArray(), new CancellingMemory(cancellation, 10).Memory, "never"u8.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.PutAsync("b1/y", content, PutCondition.CreateOnly, cancellation.Token));

        Assert.Equal(["b1/x"], await _store.KeysAsync(""));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Leftovers_of_dead_processes_are_swept_at_the_first_write()
    {
        await _store.PutAsync("b1/x", "x");
        Leave("dead.tmp", LongAgo);

        var next = NewStore();
        await next.GetAsync("b1/x");
        Assert.Equal(["dead.tmp"], Leftovers());
        await next.PutAsync("b1/y", "y");

        Assert.Empty(Leftovers());
        Assert.Equal(["b1/x", "b1/y"], await next.KeysAsync(""));
    }

    [Fact]
    public async Task A_leftover_that_was_published_already_is_swept_while_its_object_is_read()
    {
        await _store.PutAsync("b1/x", "published");
        await LinkAsync(PathOf("b1/x"), Path.Combine(PrivateFolder, "dead.tmp"));
        File.SetLastWriteTimeUtc(PathOf("b1/x"), LongAgo);

        await using (await _store.OpenReadAsync("b1/x", CancellationToken.None))
        {
            await NewStore().PutAsync("b1/y", "y");
        }

        Assert.Empty(Leftovers());
        Assert.Equal("published", await _store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task An_upload_that_another_process_is_writing_is_not_swept_however_old()
    {
        await _store.PutAsync("b1/x", "x");
        await using var living = new FileStream(Path.Combine(PrivateFolder, "living.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.SetLastWriteTimeUtc(living.SafeFileHandle, LongAgo);

        await NewStore().PutAsync("b1/y", "y");

        Assert.Equal(["living.tmp"], Leftovers());
    }

    [Fact]
    public async Task A_finished_upload_that_waits_for_its_turn_is_not_swept()
    {
        var tag = await _store.PutAsync("b1/head", "first", PutCondition.IfMatch(await _store.PutAsync("b1/head", "start")));
        Task<ETag> swap;
        await using (new FileStream(Assert.Single(Directory.GetFiles(PrivateFolder, "*.lock")), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            swap = _store.PutAsync("b1/head", "second", PutCondition.IfMatch(tag));
            await UntilAsync(() => Leftovers().Any(name => IsFree(Path.Combine(PrivateFolder, name))));

            await NewStore().PutAsync("b1/other", "swept at this write", PutCondition.CreateOnly);
        }

        await swap;
        Assert.Equal("second", await _store.TextAsync("b1/head"));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Leftovers_and_locks_are_never_listed()
    {
        await _store.PutAsync("b1/x", "x");
        Leave("half-written.tmp", LongAgo);

        Assert.Equal(["b1/x"], await _store.KeysAsync(""));
        Assert.Empty(await _store.KeysAsync(".k"));
        Assert.Equal(["b1"], await _store.FoldersAsync(""));
    }

    [Fact]
    public async Task The_number_of_lock_files_has_a_limit()
    {
        for (var i = 0; i < 600; i++)
        {
            await _store.DeleteAsync($"b1/parts/{i}");
        }

        Assert.InRange(Directory.GetFiles(PrivateFolder).Length, 1, 256);
    }

    private static async Task AssertRefused(string key, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<StorageException>(call);
        Assert.Equal(key, refusal.Key);
        Assert.Contains($"'{key}' is no key", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task LinkAsync(string existing, string created)
    {
        using var link = Process.Start("ln", [existing, created]);
        await link.WaitForExitAsync();
        Assert.Equal(0, link.ExitCode);
    }

    private static bool IsFree(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return file.Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TestLimits.Hang, "It did not come to pass.");
            await Task.Yield();
        }
    }

    private async Task AssertFails(string key, Func<Task> call, string reason)
    {
        var failure = await Assert.ThrowsAsync<StorageException>(call);
        Assert.Equal(key, failure.Key);
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(PathOf(key), failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.InnerException);
    }

    private FileSystemObjectStore NewStore() => new(Root);

    private string PathOf(string key) => Path.Combine(Root, key);

    private string[] Leftovers() => Directory.GetFiles(PrivateFolder, "*.tmp").Select(path => Path.GetFileName(path)).ToArray();

    private void Leave(string name, DateTime written)
    {
        var path = Path.Combine(PrivateFolder, name);
        File.WriteAllText(path, "half of someth");
        File.SetLastWriteTimeUtc(path, written);
    }
}
