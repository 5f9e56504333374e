namespace KafkaBackup.Shared.Storage;

/// <summary>A conditional PUT found something else than it expected (HTTP 412). Nothing was written by that call.</summary>
public sealed class StorageConflictException : Exception
{
    /// <summary>Makes the failure for <paramref name="key"/>.</summary>
    public StorageConflictException(string key, string message)
        : base(message) => Key = key;

    /// <summary>The object's key.</summary>
    public string Key { get; }
}
