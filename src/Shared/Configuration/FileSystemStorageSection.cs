namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage</c> with <c>backend: filesystem</c>.</summary>
public sealed record FileSystemStorageSection : StorageSection
{
    /// <summary><c>storage.path</c>: the directory that holds the backups. Made when it is not there.</summary>
    public required string Path { get; init; }
}
