using System.Collections.Concurrent;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <content>Where files are written before they get their names.</content>
/// <remarks>
/// A file can only be linked or renamed within one mount. So what is written for a top folder that is a mount of its own, as a volume
/// for each backup is, lies in a private folder inside of that.
/// </remarks>
public sealed partial class FileSystemObjectStore
{
    private readonly ConcurrentDictionary<string, string> _stagingInside = new(StringComparer.Ordinal);

    /// <summary>Whether a key, cut at its slashes, lies in a private folder: that of the root or that of a top folder.</summary>
    private static bool IsPrivate(IReadOnlyList<string> parts) => parts[0] == PrivateFolder || (parts.Count > 1 && parts[1] == PrivateFolder);

    private static string TopOf(string key) => key[..Math.Max(0, key.IndexOf('/', StringComparison.Ordinal))];

    private string StagingOf(string key) => _stagingInside.GetValueOrDefault(TopOf(key), _private);

    /// <summary>From now on writes what lies in the top folder of <paramref name="key"/> by way of that folder.</summary>
    /// <param name="key">A key that could not be written by way of <paramref name="staging"/>.</param>
    /// <param name="staging">Where it was tried.</param>
    /// <exception cref="IOException">It was tried there: the mount begins further below.</exception>
    private void StageInside(string key, string staging)
    {
        var top = TopOf(key);
        var inside = Path.Combine(_root, top, PrivateFolder);
        if (top.Length == 0 || staging == inside)
        {
            throw new IOException($"It is on another file system than {Path.Combine(_root, top)}: a mount may hold a whole backup, but not a part of one");
        }

        MakeDirectory(inside);
        SweepAbandonedFiles(inside);
        _stagingInside.TryAdd(top, inside);
    }
}
