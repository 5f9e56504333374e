using System.Runtime.Versioning;
using KafkaBackup.EndToEnd.Tests.Support;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>A root of a file system as the root of a store: with a <c>lost+found</c> that only root may look into.</summary>
public sealed class UnreadableFolderTests : IDisposable
{
    private readonly DirectoryInfo _store = Directory.CreateTempSubdirectory("kafka-backup-e2e-");

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(Path.Combine(_store.FullName, "lost+found"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        _store.Delete(recursive: true);
    }

    [SkippableFact]
    [SupportedOSPlatform("linux")]
    public async Task List_shows_the_backups_and_names_the_folder()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && (!Environment.IsPrivilegedProcess || File.Exists("/usr/bin/setpriv")), "Takes Linux, and as root setpriv.");
        File.SetUnixFileMode(_store.FullName, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.WriteAllText(Path.Combine(_store.CreateSubdirectory("nightly").FullName, "manifest.json"), "{}");
        File.SetUnixFileMode(_store.CreateSubdirectory("lost+found").FullName, UnixFileMode.None);
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

        using var run = CliRun.StartUnder(asNobody, Path.GetTempPath(), "list", "--path", _store.FullName);
        var result = (await run.FinishAsync()).AssertExit(0);

        Assert.Equal("Available backups:\n  - nightly\n", result.Output);
        var warning = Assert.Single(result.Log);
        Assert.StartsWith("Warning: ", warning, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_store.FullName, "lost+found"), warning, StringComparison.Ordinal);
    }
}
