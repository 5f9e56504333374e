using System.Buffers;
using System.IO.Hashing;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <summary>Objects as files below a directory, with the guarantees of <see cref="IObjectStore"/> for many processes at once.</summary>
/// <remarks>
/// A file is written whole under a name of its own in <c>.kafka-backup/</c>, flushed, and then linked (create-only) or renamed (replace)
/// to its key. Compare-and-swap holds an exclusive lock that the operating system drops when its holder dies; that locks hold is tried
/// before the first write. The ETag is a hash of the content: size and time of a file cannot tell two quick writes apart.
/// </remarks>
public sealed partial class FileSystemObjectStore : IObjectStore
{
    private const string PrivateFolder = ".kafka-backup";
    private const int LockFiles = 256;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(5);

    private readonly IDurableFiles _files;
    private readonly string _root;
    private readonly string _private;
    private readonly Lazy<bool> _prepared;

    /// <summary>A store below <paramref name="root"/>. The directory is made at the first write.</summary>
    public FileSystemObjectStore(string root)
        : this(root, new DurableFiles())
    {
    }

    internal FileSystemObjectStore(string root, IDurableFiles files)
    {
        _files = files;
        _root = Path.GetFullPath(root);
        _private = Path.Combine(_root, PrivateFolder);
        _prepared = new Lazy<bool>(Prepare, LazyThreadSafetyMode.PublicationOnly); // What failed is tried again.
    }

    /// <inheritdoc />
    public string Name => _root;

    /// <inheritdoc />
    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => Guard(key, "read", cancellation, async path =>
    {
        await using var file = Open(key, path);
        if (file is null)
        {
            return null;
        }

        var content = new byte[file.Length];
        await file.ReadExactlyAsync(content, cancellation);
        return new StoredObject(content, TagOf(new ReadOnlySequence<byte>(content)));
    });

    /// <inheritdoc />
    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        Guard(key, "read", cancellation, path => Task.FromResult<Stream?>(Open(key, path)));

    /// <inheritdoc />
    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => Guard(key, "read", cancellation, async path =>
    {
        await using var file = Open(key, path);
        return file is null ? null : new ObjectProperties(key, file.Length, await TagOfAsync(file, cancellation));
    });

    /// <inheritdoc />
    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) =>
        Guard(key, "write", cancellation, async path =>
        {
            RefuseAbsence(key);
            _ = _prepared.Value;
            MakeDirectory(Path.GetDirectoryName(path)!);
            if (!await TryWriteByAsync(StagingOf(key), key, path, content, condition, cancellation))
            {
                await TryWriteByAsync(StagingOf(key), key, path, content, condition, cancellation);
            }

            _holdsSomething = true;
            return TagOf(content);
        });

    /// <inheritdoc />
    public Task DeleteAsync(string key, CancellationToken cancellation) => Guard(key, "delete", cancellation, async path =>
    {
        MakeDirectory(_private);
        try
        {
            // Between another writer's comparison and its swap, this would be undone.
            await using (await LockAsync(key, cancellation))
            {
                File.Delete(path);
                _holdsSomething = false; // Not known any more.
            }
        }
        catch (DirectoryNotFoundException)
        {
            RefuseFileAsDirectory(Path.GetDirectoryName(path));
        }

        return true;
    });

    private async Task WriteFileAsync(string path, ReadOnlySequence<byte> content, CancellationToken cancellation)
    {
        // A lock that dies with this process: it tells a living upload from an abandoned one.
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        });
        FileLock.Hold(file, isShared: false);
        foreach (var block in content)
        {
            await file.WriteAsync(block, cancellation);
        }

        _files.FlushFile(file);
    }

    /// <summary>Writes by way of a file in <paramref name="staging"/>, of which nothing is left in the end.</summary>
    /// <returns>False when that has to be done in another folder, which <see cref="StagingOf"/> knows from now on.</returns>
    private async Task<bool> TryWriteByAsync(
        string staging, string key, string path, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        var temporary = Path.Combine(staging, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await WriteAndPublishAsync(key, path, temporary, content, condition, cancellation);
        }
        catch (IOException e) when (AtomicFile.IsOtherFileSystem(e))
        {
            StageInside(key, staging);
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }

        _files.FlushDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    private async Task WriteAndPublishAsync(
        string key, string path, string temporary, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        await WriteFileAsync(temporary, content, cancellation);
        switch (condition.Kind)
        {
            case PutConditionKind.CreateOnly:
                if (!_files.TryPublish(temporary, path))
                {
                    // Whoever hears that it is there counts on it, also when its writer failed at this very step.
                    _files.FlushDirectory(Path.GetDirectoryName(path)!);
                    throw new StorageConflictException(key, $"{path} exists already.");
                }

                break;
            case PutConditionKind.IfMatch:
                await using (await LockAsync(key, cancellation))
                {
                    await using (var current = OpenOrNull(path))
                    {
                        var tag = current is null ? null : (ETag?)await TagOfAsync(current, cancellation);
                        if (tag != condition.Expected)
                        {
                            throw new StorageConflictException(key, $"{path} was changed by somebody else (expected {condition.Expected}, found {tag}).");
                        }
                    }

                    _files.Replace(temporary, path);
                }

                break;
            default:
                // Between another writer's comparison and its swap, this would be lost.
                await using (await LockAsync(key, cancellation))
                {
                    _files.Replace(temporary, path);
                }

                break;
        }
    }

    private string PathOf(string key)
    {
        var parts = key.Split('/');
        if (key.StartsWith('/') || parts.Any(part => part is "." or "..") || IsPrivate(parts))
        {
            throw new StorageException(key, $"'{key}' is no key of this store: it would lead out of {_root} or into its private folder.");
        }

        return Path.Combine(_root, key);
    }

    private static FileStream? OpenOrNull(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            RefuseFileAsDirectory(Path.GetDirectoryName(path));
            return null;
        }
    }

    /// <summary>Fails when a file is where a directory should be. To .NET that is the same as nothing, but an operator must hear of it.</summary>
    private static void RefuseFileAsDirectory(string? directory)
    {
        for (; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(directory))
            {
                throw new IOException($"Not a directory: {directory}");
            }
        }
    }

    /// <summary>Makes a directory and its parents, each new name durable.</summary>
    private void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            MakeDirectory(parent);
        }

        Directory.CreateDirectory(path);
        if (parent is not null)
        {
            _files.FlushDirectory(parent);
        }
    }

    private static ETag TagOf(ReadOnlySequence<byte> content)
    {
        var hash = new XxHash128();
        foreach (var block in content)
        {
            hash.Append(block.Span);
        }

        return new ETag(Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    private static async Task<ETag> TagOfAsync(Stream content, CancellationToken cancellation)
    {
        var hash = new XxHash128();
        await hash.AppendAsync(content, cancellation);
        return new ETag(Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    private async Task<T> Guard<T>(string key, string what, CancellationToken cancellation, Func<string, Task<T>> work)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = PathOf(key);
        try
        {
            return await work(path);
        }
        catch (FileLockException e)
        {
            throw new StorageException(key, $"Files in {_root} cannot be locked ({e.Message}), so two runs at the same time could lose records there "
                + "without a trace. Use a directory on a file system with locks, mounted with them, or a bucket.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(key, $"Cannot {what} {path}: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
