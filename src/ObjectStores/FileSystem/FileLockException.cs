namespace KafkaBackup.ObjectStores.FileSystem;

/// <summary>A file system does not lock files, or its locks keep nobody out.</summary>
/// <param name="message">The reason, in the system's words.</param>
internal sealed class FileLockException(string message) : IOException(message);
