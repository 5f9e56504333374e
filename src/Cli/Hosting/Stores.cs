using System.Runtime.CompilerServices;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.ObjectStores.Gcs;
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
        S3StorageSection bucket => OpenS3(bucket),
        GcsStorageSection bucket => OpenGcs(bucket),
        AzureStorageSection container => OpenAzure(container),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such backend."),
    };

    /// <summary>The kind of store, as <c>storage.backend</c> calls it.</summary>
    public static string BackendOf(StorageSection section) => section switch
    {
        S3StorageSection => "s3",
        GcsStorageSection => "gcs",
        AzureStorageSection => "azure",
        _ => "filesystem",
    };

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
    public static RetryingObjectStore OpenExisting(string path)
    {
        var section = StoreLocation.Parse(path);
        return section is FileSystemStorageSection && !Directory.Exists(path)
            ? throw new StorageException(path,
                $"There is no directory '{path}'. Give --path the directory that storage.path of the configuration names, or a bucket as s3://bucket/prefix, gs://bucket/prefix or azure://container@account/prefix.")
            : OpenToRead(section);
    }

    /// <summary>Makes sure that what a configuration names is there, for a command that only reads a backup. That there is no such bucket its first call tells.</summary>
    /// <param name="file">The configuration file, for the message.</param>
    /// <param name="section">What names it.</param>
    /// <exception cref="StorageException">There is no such directory.</exception>
    /// <exception cref="BackupException">Its credentials cannot be used.</exception>
    public static void Check(string file, StorageSection section)
    {
        CheckCredentials(file, section);
        if (section is FileSystemStorageSection { Path: var path } && !Directory.Exists(path))
        {
            throw new StorageException(path, $"There is no directory '{path}'. storage.path has to name the one that the backup was written to, and its file system has to be mounted. Nothing was done.");
        }
    }

    /// <summary>Makes sure that credentials are such as can be used, before anything is started with them. Nothing is asked of the store.</summary>
    /// <param name="file">The configuration file, for the message.</param>
    /// <param name="section">What has them, or names files that do.</param>
    /// <exception cref="BackupException">They cannot.</exception>
    public static void CheckCredentials(string file, StorageSection section)
    {
        SecretFiles.Check(file, section);
        if (section is AzureStorageSection)
        {
            _ = NameOf(section);
        }
    }

    // Methods of their own: what a run does not use of the clients of clouds is not loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static S3ObjectStore OpenS3(S3StorageSection section) => new(section);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GcsObjectStore OpenGcs(GcsStorageSection section) => new(section);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static AzureObjectStore OpenAzure(AzureStorageSection section) => new(section);

    private static RetryingObjectStore Patient(IObjectStore store)
    {
        var notice = new StoreNotice { Waiting = (problem, _) => Console.Error.WriteLine($"Waiting for {store.Name}: {problem}") };
        return new RetryingObjectStore(store, new StorePatience(TimeProvider.System, notice), new Random());
    }
}
