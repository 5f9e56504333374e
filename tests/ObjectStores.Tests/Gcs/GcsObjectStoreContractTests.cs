using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

public sealed class GcsObjectStoreContractTests : ObjectStoreRaceContract, IAsyncLifetime
{
    private readonly GcsTestBucket _bucket = new();

    public GcsObjectStoreContractTests() => Store = AnotherClient();

    protected override IObjectStore Store { get; }

    protected override int Rounds => 50;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();

    protected override IObjectStore AnotherClient() => _bucket.Open();
}
