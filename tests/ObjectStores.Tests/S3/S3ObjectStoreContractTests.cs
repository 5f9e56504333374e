using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

public sealed class S3ObjectStoreContractTests : ObjectStoreRaceContract, IAsyncLifetime
{
    private readonly S3TestBucket _bucket = new();

    public S3ObjectStoreContractTests() => Store = AnotherClient();

    protected override IObjectStore Store { get; }

    protected override int Rounds => 50;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();

    protected override IObjectStore AnotherClient() => _bucket.Open();
}
