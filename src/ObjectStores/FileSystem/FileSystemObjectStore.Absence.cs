using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <content>A directory whose file system is not there.</content>
public sealed partial class FileSystemObjectStore
{
    private volatile bool _holdsSomething;

    /// <summary>Opens an object. That there is none is believed of a directory only that holds something, or never did.</summary>
    private FileStream? Open(string key, string path)
    {
        var file = OpenOrNull(path);
        if (file is null)
        {
            RefuseAbsence(key);
        }

        _holdsSomething |= file is not null;
        return file;
    }

    /// <summary>A directory that held objects and is gone, or is empty, is one whose file system is not there: nothing of it is lost, and nothing is to be written below its place.</summary>
    private void RefuseAbsence(string key)
    {
        if (_holdsSomething && !(Directory.Exists(_root) && Directory.EnumerateFileSystemEntries(_root).Any()))
        {
            throw new StorageException(key, $"{_root} is {(Directory.Exists(_root) ? "empty" : "gone")}, and held objects before: is its file system still mounted?") { IsRetryable = true };
        }
    }
}
