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
        var files = await Guard(prefix, "list", cancellation, _ => Task.FromResult(Told(prefix, FilesBelow(prefix))));
        foreach (var (key, size) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new ObjectProperties(key, size, null);
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folders = await Guard(prefix, "list", cancellation, path => Task.FromResult(Told(prefix, FoldersIn(prefix, path))));
        foreach (var name in folders)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    private List<T> Told<T>(string prefix, List<T> found)
    {
        if (found.Count == 0)
        {
            RefuseAbsence(prefix);
        }

        _holdsSomething |= found.Count > 0;
        return found;
    }

    private List<(string Key, long Size)> FilesBelow(string prefix)
    {
        var folder = PathOf(prefix[..(prefix.LastIndexOf('/') + 1)]);
        return Existing(folder, there => there.EnumerateFiles("*", Everything)
            .Select(file => (Key: KeyOf(file), File: file))
            .Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal) && !IsPrivate(found.Key.Split('/')))
            .Select(found => (found.Key, Size: SizeOrNull(found.File)))
            .Where(found => found.Size is not null)
            .Select(found => (found.Key, found.Size!.Value)))
            .OrderBy(found => found.Key, StringComparer.Ordinal)
            .ToList();
    }

    private List<string> FoldersIn(string prefix, string path) =>
        Existing(path, there => there.EnumerateDirectories().Select(folder => folder.Name))
            .Where(name => !IsPrivate((prefix + name).Split('/')) && MayHaveObjects(Path.Combine(path, name)))
            .Order(StringComparer.Ordinal)
            .ToList();

    /// <summary>Whether there are objects below a directory. One that may not be looked into is not passed over: reading there tells why.</summary>
    private bool MayHaveObjects(string directory)
    {
        try
        {
            return Existing(directory, there => there.EnumerateFiles("*", Everything).Where(file => !IsPrivate(KeyOf(file).Split('/'))).Take(1)).Count > 0;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    private string KeyOf(FileInfo file) => Path.GetRelativePath(_root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');

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
