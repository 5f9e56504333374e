using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>The same over a slow, uneven network.</summary>
public sealed class AzureThroughProxyContractTests : ObjectStoreRaceContract, IAsyncLifetime
{
    private readonly AzureTestContainer _container = new();
    private readonly Toxiproxy _proxy = new();
    private Uri? _endpoint;
    private IObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override int Rounds => 10;

    public async Task InitializeAsync()
    {
        _endpoint = await _proxy.StartAsync((await _container.MadeAsync()).Endpoint);
        await _proxy.AddAsync("latency", "upstream", new { latency = 2, jitter = 2 });
        await _proxy.AddAsync("latency", "downstream", new { latency = 2, jitter = 2 });
        _store = AnotherClient();
    }

    public async Task DisposeAsync()
    {
        await _container.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    protected override IObjectStore AnotherClient() => _container.Open(_endpoint);
}
