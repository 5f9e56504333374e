using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

public sealed class AzureObjectStoreContractTests : ObjectStoreRaceContract, IAsyncLifetime
{
    private readonly AzureTestContainer _container = new();

    public AzureObjectStoreContractTests() => Store = AnotherClient();

    protected override IObjectStore Store { get; }

    protected override int Rounds => 50;

    public Task InitializeAsync() => _container.MadeAsync();

    public async Task DisposeAsync() => await _container.DisposeAsync();

    protected override IObjectStore AnotherClient() => _container.Open();
}
