using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>File systems that lack what others have, as network and FUSE mounts do: played by system calls that fail.</summary>
public sealed class OddFileSystemTests : IDisposable
{
    private const string Good = "third, once";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("store-");

    public OddFileSystemTests() => Directory.CreateDirectory(Path.Combine(Root, "b1/sub"));

    private string Root => Path.Combine(_directory.FullName, "backups");

    public void Dispose() => _directory.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("EPERM")]
    [InlineData("ENOSYS")]
    [InlineData("EOPNOTSUPP")]
    public async Task Without_hard_links_each_key_is_created_once(string error)
    {
        Assert.Equal(Good, await UseAsync(Injecting("link,linkat", $"error={error}")));

        AssertOnly("third");
    }

    [SkippableTheory]
    [InlineData("EINVAL")]
    [InlineData("ENOSYS")]
    public async Task Without_hard_links_and_exclusive_renames_it_is_told_what_is_missing(string error)
    {
        var prefix = Injecting("link,linkat", "error=EPERM").Concat(["-e", "trace=link,linkat,renameat2", "-e", $"inject=renameat2:error={error}"]).ToList();

        var said = await UseAsync(prefix);

        Assert.Contains("neither hard links nor an exclusive rename", said, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Root, "b1/sub/x"), said, StringComparison.Ordinal);
        AssertOnly();
    }

    [SkippableTheory]
    [InlineData("error=EOPNOTSUPP", "not supported")]
    [InlineData("error=ENOLCK", "No locks available")]
    [InlineData("retval=0", "two hold the same lock at once")]
    public async Task Without_locks_that_hold_nothing_is_written(string outcome, string reason)
    {
        var said = await UseAsync(Injecting("flock", outcome));

        Assert.StartsWith($"Files in {Root} cannot be locked (", said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        AssertOnly();
    }

    [Fact]
    public async Task Locks_hold_where_those_of_NET_are_switched_off()
    {
        const int rounds = 60;
        var processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => StoreProcess.StartUnderAsync(
            [], ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1"), "race", _directory.FullName, $"process {i}", rounds)));

        Array.ForEach(processes, process => process.Go());
        foreach (var process in processes)
        {
            Assert.NotNull(await process.LineAsync());
            await process.ExitAsync();
            process.Dispose();
        }

        Assert.Equal($"{3 * rounds}", await new FileSystemObjectStore(_directory.FullName).TextAsync("b1/counter"));
    }

    [SkippableTheory]
    [InlineData("EINVAL")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("ENOSYS")]
    [InlineData("EBADF")]
    public async Task Directories_that_cannot_be_flushed_are_as_durable_as_they_can_be(string error)
    {
        Assert.Equal(Good, await UseAsync(Injecting("fsync", $"error={error}", Directories())));

        AssertOnly("third");
    }

    [SkippableFact]
    public async Task A_directory_that_fails_to_be_flushed_fails_the_write()
    {
        var said = await UseAsync(Injecting("fsync", "error=EIO", Directories()));

        Assert.Contains("Input/output error", said, StringComparison.Ordinal);
        Assert.Empty(Leftovers());
    }

    [SkippableFact]
    public async Task Content_is_flushed_before_its_name_and_the_name_before_the_call_returns()
    {
        Skip.IfNot(Strace.IsThere, Strace.Reason);
        var record = Path.Combine(_directory.FullName, "calls");

        Assert.Equal(Good, await UseAsync(Strace.Recording("fsync,link,rename,write", record)));

        var names = File.ReadAllLines(record).Select(Step).OfType<string>().ToList();
        var end = names.IndexOf("told");
        Assert.Equal(["file", "link", "folder", "file", "link", "folder", "file", "rename", "folder"], names.Take(Math.Min(end, 9)));

        string? Step(string call) => call switch
        {
            _ when call.Contains("fsync(", StringComparison.Ordinal) => call.Contains(".tmp>", StringComparison.Ordinal) ? "file"
                : call.Contains("/b1/sub>", StringComparison.Ordinal) ? "folder" : null,
            _ when call.Contains(" link(", StringComparison.Ordinal) => "link",
            _ when call.Contains(" rename(", StringComparison.Ordinal) => "rename",
            _ => call.Contains(Good, StringComparison.Ordinal) ? "told" : null,
        };
    }

    private static IReadOnlyList<string> Injecting(string calls, string outcome, params IEnumerable<string> paths)
    {
        Skip.IfNot(Strace.IsThere, Strace.Reason);
        return Strace.Injecting(calls, outcome, paths);
    }

    private string[] Directories() => [Root, Path.Combine(Root, "b1"), Path.Combine(Root, "b1/sub")];

    private async Task<string?> UseAsync(IReadOnlyList<string> prefix)
    {
        using var process = await StoreProcess.StartUnderAsync(prefix, null, "use", Root, "", 1);
        process.Go();
        var said = await process.LineAsync();
        await process.ExitAsync();
        return said;
    }

    private string[] Leftovers() => Directory.GetFiles(Root, "*.tmp", SearchOption.AllDirectories);

    /// <summary>Asserts that the one object is there with this content, or none without; and nothing that was begun.</summary>
    private void AssertOnly(params string[] contents)
    {
        Assert.Equal(contents, Directory.GetFiles(Path.Combine(Root, "b1"), "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.Empty(Leftovers());
    }
}
