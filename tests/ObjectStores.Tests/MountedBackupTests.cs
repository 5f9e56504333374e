using System.Diagnostics;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>A store of files below whose root something else is mounted, as with a volume for each backup.</summary>
public sealed class MountedBackupTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mounted-");
    private readonly FileSystemObjectStore _store;
    private readonly List<string> _mounts = [];

    public MountedBackupTests() => _store = new FileSystemObjectStore(_directory.FullName);

    public void Dispose()
    {
        foreach (var mount in _mounts)
        {
            Run("umount", mount);
        }

        _directory.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task A_backup_on_a_mount_of_its_own_is_written_like_any_other()
    {
        Mount("b1");
        await _store.PutAsync("b2/x", "elsewhere", PutCondition.CreateOnly);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _store.PutAsync($"b1/topics/{i}", "x", PutCondition.CreateOnly)));
        var tag = await _store.PutAsync("b1/head", "first", PutCondition.CreateOnly);
        await _store.PutAsync("b1/head", "second", PutCondition.IfMatch(tag));
        await Assert.ThrowsAsync<StorageConflictException>(() => _store.PutAsync("b1/head", "third", PutCondition.IfMatch(tag)));
        await Assert.ThrowsAsync<StorageConflictException>(() => _store.PutAsync("b1/head", "third", PutCondition.CreateOnly));

        Assert.Equal("second", await _store.TextAsync("b1/head"));
        List<string> expected = ["b1/head", .. Enumerable.Range(0, 8).Select(i => $"b1/topics/{i}"), "b2/x"];
        Assert.Equal(expected, await _store.KeysAsync(""));
        Assert.Equal(["topics"], await _store.FoldersAsync("b1/"));
        await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("b1/.kafka-backup/x", "private"));
        Assert.Empty(_directory.EnumerateFiles("*.tmp", SearchOption.AllDirectories));
    }

    [SkippableFact]
    public async Task A_mount_that_holds_a_part_of_a_backup_is_told_of()
    {
        Mount("b1/topics");

        var failure = await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync("b1/topics/x", "x", PutCondition.CreateOnly));

        Assert.Contains($"It is on another file system than {Path.Combine(_directory.FullName, "b1")}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await _store.KeysAsync(""));
        Assert.Empty(_directory.EnumerateFiles("*.tmp", SearchOption.AllDirectories));
    }

    private void Mount(string folder)
    {
        var path = _directory.CreateSubdirectory(folder).FullName;
        Skip.IfNot(
            Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "tmpfs", path), "Mounting a tmpfs takes Linux and root.");
        _mounts.Add(path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
