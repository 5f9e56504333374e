using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <content>A directory whose file system is not there.</content>
public sealed partial class FileSystemObjectStoreTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // As the place of a file system that is not mounted any more.
    public async Task A_directory_that_held_objects_and_holds_nothing_is_away_and_nothing_is_written_in_its_place(bool isEmpty)
    {
        await _store.PutAsync("b1/x", "content");
        var aside = Root + "-aside";
        Directory.Move(Root, aside);
        if (isEmpty)
        {
            Directory.CreateDirectory(Root);
        }

        Func<Task>[] all = [() => _store.GetAsync("b1/x"), () => _store.HeadAsync("b1/x", CancellationToken.None), () => _store.KeysAsync(""), () => _store.FoldersAsync(""), () => _store.PutAsync("b1/y", "more")];
        foreach (var one in all)
        {
            var failure = await Assert.ThrowsAsync<StorageException>(one);
            Assert.True(failure.IsRetryable);
            Assert.Equal($"{Root} is {(isEmpty ? "empty" : "gone")}, and held objects before: is its file system still mounted?", failure.Message);
        }

        Assert.Equal(isEmpty, Directory.Exists(Root));
        Assert.False(isEmpty && Directory.EnumerateFileSystemEntries(Root).Any());
        if (isEmpty)
        {
            Directory.Delete(Root);
        }

        Directory.Move(aside, Root);
        Assert.Equal("content", await _store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task What_was_deleted_by_the_store_itself_is_not_there()
    {
        await _store.PutAsync("b1/x", "content");
        await _store.DeleteAsync("b1/x");
        Directory.Delete(Root, recursive: true);

        Assert.Null(await _store.GetAsync("b1/x"));
    }
}
