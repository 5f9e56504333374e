using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.FileSystem;

/// <summary>The calls of the operating system.</summary>
internal sealed class DurableFiles : IDurableFiles
{
    /// <inheritdoc />
    public void FlushFile(FileStream file) => AtomicFile.FlushFile(file);

    /// <inheritdoc />
    public void FlushDirectory(string directory) => AtomicFile.FlushDirectory(directory);

    /// <inheritdoc />
    public bool TryPublish(string temporary, string path) => AtomicFile.TryPublish(temporary, path);

    /// <inheritdoc />
    public void Replace(string temporary, string path) => AtomicFile.Replace(temporary, path);
}
