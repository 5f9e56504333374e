using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Opens object stores as configuration files and command lines name them.</summary>
internal static class Stores
{
    public static IObjectStore Open(StorageSection section) => section switch
    {
        FileSystemStorageSection files => new FileSystemObjectStore(files.Path),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such backend."),
    };

    /// <summary>How an operator would name it.</summary>
    public static string NameOf(StorageSection section) => Open(section).Name;

    /// <summary>Opens what <c>--path</c> names, which must be there: reading commands never make a store.</summary>
    /// <exception cref="StorageException">There is no such directory.</exception>
    public static IObjectStore OpenExisting(string path) => Directory.Exists(path)
        ? new FileSystemObjectStore(path)
        : throw new StorageException(path, $"There is no directory '{path}'. Give --path the directory that storage.path of the configuration names.");
}
