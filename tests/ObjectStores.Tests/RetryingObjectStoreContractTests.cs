using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Storage;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>Over a store that fails every other call, a store with patience is as good as one that never fails.</summary>
public sealed class RetryingObjectStoreContractTests : ObjectStoreContract
{
    public RetryingObjectStoreContractTests()
    {
        var calls = 0;
        var faulty = new FaultyObjectStore(new MemoryObjectStore()) { Decide = _ => ++calls % 2 == 1 ? StoreFault.FailBefore() : null };
        Store = new RetryingObjectStore(faulty, new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) }), new Random(1));
    }

    protected override IObjectStore Store { get; }
}
