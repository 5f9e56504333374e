using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What a file store has made durable by the time that it says so, and who takes a name that many want.</summary>
public sealed class FileDurabilityTests : IDisposable
{
    private const string Key = "b1/topics/x";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("store-");
    private readonly WatchedFiles _files = new();
    private readonly FileSystemObjectStore _store;

    public FileDurabilityTests() => _store = new FileSystemObjectStore(Root, _files);

    private string Root => Path.Combine(_directory.FullName, "backups");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(PutConditionKind.CreateOnly, "publish")]
    [InlineData(PutConditionKind.IfMatch, "replace")]
    [InlineData(PutConditionKind.Overwrite, "replace")]
    public async Task A_file_is_flushed_whole_then_named_then_its_directory_is_flushed(PutConditionKind kind, string naming)
    {
        var tag = await _store.PutAsync(Key, "before");
        await _store.PutAsync("b1/topics/other", "makes the directories");
        if (kind == PutConditionKind.CreateOnly)
        {
            await _store.DeleteAsync(Key);
        }

        _files.Calls.Clear();
        await _store.PutAsync(Key, StoreTexts.Sequence("in two "u8.ToArray(), "blocks"u8.ToArray()), ConditionOf(kind, tag), CancellationToken.None);

        Assert.Equal(["flush 13 bytes", $"{naming} {Key}", "flush b1/topics"], _files.CallsBelow(Root));
    }

    [Fact]
    public async Task The_name_of_each_new_directory_is_flushed_before_anything_is_named_in_it()
    {
        await _store.PutAsync(Key, "x", PutCondition.CreateOnly);

        var calls = _files.CallsBelow(Root);
        Assert.Equal("flush ..", calls[0]);
        Assert.Equal(["flush .", "flush .", "flush b1"], calls[1..4]);
        Assert.Equal(["flush 1 bytes", $"publish {Key}", "flush b1/topics"], calls[4..]);
    }

    [Theory]
    [InlineData(PutConditionKind.CreateOnly)]
    [InlineData(PutConditionKind.IfMatch)]
    [InlineData(PutConditionKind.Overwrite)]
    public async Task A_file_that_cannot_be_flushed_is_not_named(PutConditionKind kind)
    {
        var tag = await _store.PutAsync(Key, "before");
        if (kind == PutConditionKind.CreateOnly)
        {
            await _store.DeleteAsync(Key);
        }

        _files.FlushFailure = new IOException("Input/output error");
        var failure = await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync(Key, "after", ConditionOf(kind, tag)));

        Assert.Contains("Input/output error", failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind == PutConditionKind.CreateOnly ? null : "before", await _store.TextAsync(Key));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_flushed_fails_the_write()
    {
        await _store.PutAsync(Key, "before");

        _files.DirectoryFailure = new IOException("Input/output error");

        await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync(Key, "after"));
    }

    /// <summary>All writers are past whatever they may have looked at when the first of them takes the name.</summary>
    [Fact]
    public async Task Of_creators_that_all_found_the_name_free_exactly_one_wins()
    {
        const int writers = 4;
        using var gathering = new Barrier(writers);
        var files = new WatchedFiles { BeforeNaming = gathering.SignalAndWait };
        var won = await Task.WhenAll(Enumerable.Range(0, writers).Select(number => Task.Factory.StartNew(
            () => new FileSystemObjectStore(Root, files).TryPutAsync(Key, $"writer {number}", PutCondition.CreateOnly),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.Equal($"writer {Array.IndexOf(won, true)}", await _store.TextAsync(Key));
        Assert.Single(won, true);
    }

    private static PutCondition ConditionOf(PutConditionKind kind, ETag tag) => kind switch
    {
        PutConditionKind.CreateOnly => PutCondition.CreateOnly,
        PutConditionKind.IfMatch => PutCondition.IfMatch(tag),
        _ => PutCondition.Overwrite,
    };
}
