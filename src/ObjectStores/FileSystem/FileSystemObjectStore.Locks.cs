using System.IO.Hashing;
using System.Text;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <content>What keeps processes out of each other's way.</content>
public sealed partial class FileSystemObjectStore
{
    /// <summary>Keeps other writers from a key, and from those that share its lock file: one for each key would never be deleted.</summary>
    private async Task<FileStream> LockAsync(string key, CancellationToken cancellation)
    {
        var path = Path.Combine(_private, $"{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key)) % LockFiles:x2}.lock");
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return FileLock.Open(path);
            }
            catch (IOException e) when (e is not FileLockException && File.Exists(path) && TimeProvider.System.GetElapsedTime(start) < LockPatience)
            {
                await Task.Delay(LockRetry, cancellation);
            }
        }
    }

    /// <summary>What is done once before the first write: compare-and-swap stands and falls with the locks.</summary>
    private bool Prepare()
    {
        MakeDirectory(_private);
        FileLock.Probe(Path.Combine(_private, $"{Guid.NewGuid():N}.tmp"));
        SweepAbandonedFiles(_private);
        return true;
    }

    /// <summary>Deletes what processes that died in the middle of an upload left behind: old files that nobody holds a lock on.</summary>
    /// <remarks>
    /// Old, because a writer lets go of a finished file before it publishes it. The lock asked for is a shared one: a file may have been
    /// published already and be read under its key at this moment.
    /// </remarks>
    private static void SweepAbandonedFiles(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.tmp"))
        {
            try
            {
                if (TimeProvider.System.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(path)) < AbandonedAfter)
                {
                    continue;
                }

                using var unheld = OpenOrNull(path);
                if (unheld is not null)
                {
                    FileLock.Hold(unheld, isShared: true);
                    File.Delete(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process is writing it.
            }
        }
    }
}
