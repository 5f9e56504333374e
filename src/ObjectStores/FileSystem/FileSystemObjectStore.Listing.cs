using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <content>Listings.</content>
public sealed partial class FileSystemObjectStore
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var files = await Guard(prefix, "list", cancellation, _ => Task.FromResult(FilesBelow(prefix)));
        foreach (var (key, size) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new ObjectProperties(key, size, null);
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folders = await Guard(prefix, "list", cancellation, path => Task.FromResult(FoldersIn(prefix, path)));
        foreach (var name in folders)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    private List<(string Key, long Size)> FilesBelow(string prefix)
    {
        var folder = PathOf(prefix[..(prefix.LastIndexOf('/') + 1)]);
        return Existing(folder, there => there.EnumerateFiles("*", Everything)
            .Select(file => (Key: Path.GetRelativePath(_root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), File: file))
            .Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal) && !found.Key.StartsWith(PrivateFolder + "/", StringComparison.Ordinal))
            .Select(found => (found.Key, Size: SizeOrNull(found.File)))
            .Where(found => found.Size is not null)
            .Select(found => (found.Key, found.Size!.Value)))
            .OrderBy(found => found.Key, StringComparer.Ordinal)
            .ToList();
    }

    private List<string> FoldersIn(string prefix, string path) =>
        Existing(path, there => there.EnumerateDirectories().Select(folder => folder.Name))
            .Where(name => prefix.Length > 0 || name != PrivateFolder)
            .Where(name => Existing(Path.Combine(path, name), there => there.EnumerateFiles("*", Everything).Take(1)).Count > 0)
            .Order(StringComparer.Ordinal)
            .ToList();

    /// <summary>The files or folders in a directory; none when it is not there. Any other failure is no answer.</summary>
    private static List<T> Existing<T>(string directory, Func<DirectoryInfo, IEnumerable<T>> enumerate)
    {
        try
        {
            return enumerate(new DirectoryInfo(directory)).ToList();
        }
        catch (DirectoryNotFoundException)
        {
            RefuseFileAsDirectory(Path.TrimEndingDirectorySeparator(directory));
            return [];
        }
    }

    /// <summary>The size of a file, or null when it was deleted after it was found.</summary>
    private static long? SizeOrNull(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
