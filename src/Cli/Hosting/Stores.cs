using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.ObjectStores.S3;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Opens object stores as configuration files and command lines name them.</summary>
internal static class Stores
{
    public static IObjectStore Open(StorageSection section) => section switch
    {
        FileSystemStorageSection files => new FileSystemObjectStore(files.Path),
        S3StorageSection bucket => new S3ObjectStore(bucket),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such backend."),
    };

    /// <summary>The kind of store, as <c>storage.backend</c> calls it.</summary>
    public static string BackendOf(StorageSection section) => section is S3StorageSection ? "s3" : "filesystem";

    /// <summary>The place that an address names: a directory, or a bucket as <c>s3://bucket/prefix</c>.</summary>
    /// <exception cref="BackupException">It is no address of a bucket.</exception>
    public static StorageSection Parse(string address) => address.StartsWith(S3Location.Scheme, StringComparison.Ordinal)
        ? S3Location.Parse(address)
        : new FileSystemStorageSection { Path = address };

    /// <summary>A store as reading commands have it: what fails is tried again for a minute.</summary>
    public static RetryingObjectStore OpenToRead(StorageSection section) => Patient(Open(section));

    /// <summary>A store to look into beside other things: one that is away is given up after 10 s, without a word.</summary>
    public static RetryingObjectStore OpenToLook(StorageSection section) =>
        new(Open(section), new StorePatience(TimeProvider.System) { Start = TimeSpan.FromSeconds(10) }, new Random());

    /// <summary>How an operator would name it.</summary>
    public static string NameOf(StorageSection section)
    {
        var store = Open(section);
        using var connections = store as IDisposable;
        return store.Name;
    }

    /// <summary>Opens what <c>--path</c> names, which must be there: reading commands never make a store.</summary>
    /// <exception cref="StorageException">There is no such directory. That there is no such bucket its first call tells.</exception>
    /// <exception cref="BackupException">It is no address of a bucket.</exception>
    public static RetryingObjectStore OpenExisting(string path) => path.StartsWith(S3Location.Scheme, StringComparison.Ordinal)
        ? OpenToRead(S3Location.Parse(path))
        : Directory.Exists(path)
            ? Patient(new FileSystemObjectStore(path))
            : throw new StorageException(path,
                $"There is no directory '{path}'. Give --path the directory that storage.path of the configuration names, or a bucket as s3://bucket/prefix.");

    /// <summary>Makes sure that what a configuration names is there, for a command that only reads a backup. That there is no such bucket its first call tells.</summary>
    /// <exception cref="StorageException">There is no such directory.</exception>
    public static void Check(StorageSection section)
    {
        if (section is FileSystemStorageSection { Path: var path } && !Directory.Exists(path))
        {
            throw new StorageException(path, $"There is no directory '{path}'. storage.path has to name the one that the backup was written to, and its file system has to be mounted. Nothing was done.");
        }
    }

    private static RetryingObjectStore Patient(IObjectStore store)
    {
        var notice = new StoreNotice { Waiting = (problem, _) => Console.Error.WriteLine($"Waiting for {store.Name}: {problem}") };
        return new RetryingObjectStore(store, new StorePatience(TimeProvider.System, notice), new Random());
    }
}
