using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>The same with everything but the smallest objects sent in blocks.</summary>
/// <remarks>Without races: where blocks become an object, Azurite looks at the condition and writes in two steps, between which another may write.</remarks>
public sealed class AzureBlocksContractTests : ObjectStoreContract, IAsyncLifetime
{
    private readonly AzureTestContainer _container = new();

    public AzureBlocksContractTests() => Store = _container.Open(tuning: new RemoteTuning { MultipartThreshold = 2 });

    protected override IObjectStore Store { get; }

    public Task InitializeAsync() => _container.MadeAsync();

    public async Task DisposeAsync() => await _container.DisposeAsync();
}
