using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Keys of a store as they are called below its prefix.</summary>
/// <param name="prefix">What stands before every key; without slashes at its ends.</param>
internal sealed class RemoteKeys(string prefix)
{
    /// <summary>What stands before every key, with the slash after it.</summary>
    public string Root { get; } = prefix.Length == 0 ? "" : prefix + "/";

    /// <summary>The whole name of an object.</summary>
    /// <exception cref="StorageException">A proxy would take it for another.</exception>
    public string Full(string key) => key.Split('/').Any(part => part is "" or "." or "..")
        ? throw new StorageException(key, $"'{key}' is no key of this store: it has an empty part, or one that means another folder.")
        : Root + key;

    /// <summary>The key of an object by its whole name.</summary>
    public string Relative(string full) => full[Root.Length..];
}
