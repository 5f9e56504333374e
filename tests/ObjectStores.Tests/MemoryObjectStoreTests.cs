using KafkaBackup.Shared.Storage;

namespace KafkaBackup.ObjectStores.Tests;

public sealed class MemoryObjectStoreTests : ObjectStoreRaceContract
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore();

    protected override IObjectStore AnotherClient() => Store;
}
