using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What the calls below the store promise, on the file system itself.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("atomic-");

    public void Dispose() => _directory.Delete(recursive: true);

    [SkippableFact]
    public void A_file_that_the_system_cannot_flush_is_a_failure()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Takes a file system that refuses fsync: Linux has /proc.");
        using var file = new FileStream("/proc/self/status", FileMode.Open, FileAccess.Read);

        var failure = Assert.Throws<IOException>(() => AtomicFile.FlushFile(file));

        Assert.Equal("Invalid argument: /proc/self/status", failure.Message);
    }

    [Fact]
    public void A_name_is_taken_by_whatever_has_it()
    {
        var temporary = PathOf("temporary");
        File.WriteAllText(temporary, "mine");
        File.WriteAllText(PathOf("file"), "theirs");
        File.CreateSymbolicLink(PathOf("link"), PathOf("nowhere"));
        Directory.CreateDirectory(PathOf("directory"));

        Assert.All(["file", "link", "directory"], name => Assert.False(AtomicFile.TryPublish(temporary, PathOf(name))));

        Assert.Equal("theirs", File.ReadAllText(PathOf("file")));
        Assert.Equal(PathOf("nowhere"), new FileInfo(PathOf("link")).LinkTarget);
        Assert.True(AtomicFile.TryPublish(temporary, PathOf("free")));
        Assert.Equal("mine", File.ReadAllText(PathOf("free")));
        Assert.False(File.Exists(temporary));
    }

    /// <summary>Where the check of the name is no part of taking it, two win in about one round of ten, on a busy machine as on an idle one.</summary>
    [Fact]
    public void Of_racing_publishers_of_one_name_exactly_one_wins()
    {
        const int rounds = 500;
        const int publishers = 8;
        var wins = new int[rounds];
        using var start = new Barrier(publishers);
        var threads = Enumerable.Range(0, publishers).Select(number => new Thread(() => Publish(PathOf($"temporary-{number}"), start, wins))).ToArray();

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(wins, won => Assert.Equal(1, won));
    }

    private void Publish(string temporary, Barrier start, int[] wins)
    {
        for (var round = 0; round < wins.Length; round++)
        {
            File.WriteAllText(temporary, temporary);
            start.SignalAndWait();
            if (AtomicFile.TryPublish(temporary, PathOf($"round-{round}")))
            {
                Interlocked.Increment(ref wins[round]);
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);
}
