using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;

namespace KafkaBackup.ObjectStores.Tests;

public sealed class FaultyObjectStoreContractTests : ObjectStoreRaceContract
{
    protected override IObjectStore Store { get; } = new FaultyObjectStore(new MemoryObjectStore());

    protected override IObjectStore AnotherClient() => Store;
}
