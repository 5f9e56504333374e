using System.Security.Cryptography;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>All files below a directory at one moment: names, sizes, times and contents.</summary>
internal sealed class StoreSnapshot
{
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    private StoreSnapshot(string root)
    {
        if (!Directory.Exists(root))
        {
            return;
        }

        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", all))
        {
            _files.Add(Path.GetRelativePath(root, entry.FullName), entry is FileInfo file
                ? $"{file.Length} bytes, written {file.LastWriteTimeUtc:O}, SHA-256 {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName)))}"
                : "directory");
        }
    }

    public IReadOnlyCollection<string> Files => _files.Keys;

    public static StoreSnapshot Of(string root) => new(root);

    /// <summary>Asserts that not a byte and not a time of <paramref name="root"/> has changed since.</summary>
    public void AssertUnchanged(string root)
    {
        var now = Of(root);
        Assert.Equal(_files.Select(file => $"{file.Key}: {file.Value}"), now._files.Select(file => $"{file.Key}: {file.Value}"));
    }
}
