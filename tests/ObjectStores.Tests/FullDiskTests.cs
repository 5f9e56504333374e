using System.Diagnostics;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>A file store on a file system of one MiB.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("full-");
    private readonly bool _mounted;

    public FullDiskTests() => _mounted = Environment.IsPrivilegedProcess
        && OperatingSystem.IsLinux()
        && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _directory.FullName);

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", _directory.FullName);
        }

        _directory.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task A_full_disk_fails_the_write_and_leaves_nothing_of_it()
    {
        Skip.IfNot(_mounted, "Mounting a small tmpfs takes Linux and root.");
        var store = new FileSystemObjectStore(_directory.FullName);
        var tag = await store.PutAsync("b1/head", "before");
        var tooMuch = StoreTexts.Sequence(new byte[600_000], new byte[600_000]);

        foreach (var (key, condition) in new[]
        {
            ("b1/segment", PutCondition.CreateOnly), ("b1/view", PutCondition.Overwrite), ("b1/head", PutCondition.IfMatch(tag)),
        })
        {
            var failure = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync(key, tooMuch, condition, CancellationToken.None));

            Assert.Equal(key, failure.Key);
            Assert.Contains(Path.Combine(_directory.FullName, key), failure.Message, StringComparison.Ordinal);
            Assert.Contains("No space left on device", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["b1/head"], await store.KeysAsync(""));
        Assert.Empty(_directory.EnumerateFiles("*.tmp", SearchOption.AllDirectories));
        await store.PutAsync("b1/head", "there is room for this", PutCondition.IfMatch(tag));
        Assert.Equal("there is room for this", await store.TextAsync("b1/head"));
    }

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
