using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests;

public sealed class FileSystemObjectStoreContractTests : ObjectStoreRaceContract, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("store-");

    public FileSystemObjectStoreContractTests() => Store = AnotherClient();

    protected override IObjectStore Store { get; }

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Each opens files of its own, so their locks hold against each other as those of processes do.</summary>
    protected override IObjectStore AnotherClient() => new FileSystemObjectStore(Path.Combine(_directory.FullName, "backups"));
}
