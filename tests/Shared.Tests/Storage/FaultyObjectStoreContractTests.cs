using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Storage;

namespace KafkaBackup.Shared.Tests.Storage;

public sealed class FaultyObjectStoreContractTests : ObjectStoreRaceContract
{
    protected override IObjectStore Store { get; } = new FaultyObjectStore(new MemoryObjectStore());

    protected override IObjectStore AnotherClient() => Store;
}
