using System.Collections.Concurrent;
using KafkaBackup.ObjectStores.FileSystem;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>The real calls, written down in their order; flushes fail where a test says so.</summary>
internal sealed class WatchedFiles : IDurableFiles
{
    private readonly DurableFiles _files = new();

    /// <summary>What was called, and its path or length.</summary>
    public ConcurrentQueue<(string Call, string? Path, long Length)> Calls { get; } = [];

    public IOException? FlushFailure { get; set; }

    public IOException? DirectoryFailure { get; set; }

    /// <summary>Called before a name is taken or replaced.</summary>
    public Action BeforeNaming { get; init; } = () => { };

    /// <summary>The calls as sentences, with paths as seen from <paramref name="root"/>.</summary>
    public List<string> CallsBelow(string root) => Calls
        .Select(call => $"{call.Call} {(call.Path is null ? $"{call.Length} bytes" : Path.GetRelativePath(root, call.Path).Replace('\\', '/'))}")
        .ToList();

    public void FlushFile(FileStream file)
    {
        Calls.Enqueue(("flush", null, file.Length));
        if (FlushFailure is not null)
        {
            throw FlushFailure;
        }

        _files.FlushFile(file);
    }

    public void FlushDirectory(string directory)
    {
        Calls.Enqueue(("flush", directory, 0));
        if (DirectoryFailure is not null)
        {
            throw DirectoryFailure;
        }

        _files.FlushDirectory(directory);
    }

    public bool TryPublish(string temporary, string path)
    {
        BeforeNaming();
        Calls.Enqueue(("publish", path, 0));
        return _files.TryPublish(temporary, path);
    }

    public void Replace(string temporary, string path)
    {
        BeforeNaming();
        Calls.Enqueue(("replace", path, 0));
        _files.Replace(temporary, path);
    }
}
