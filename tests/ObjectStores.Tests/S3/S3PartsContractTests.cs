using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>The same with everything but the smallest objects sent in parts.</summary>
public sealed class S3PartsContractTests : ObjectStoreRaceContract, IAsyncLifetime
{
    private readonly S3TestBucket _bucket = new();

    public S3PartsContractTests() => Store = AnotherClient();

    protected override IObjectStore Store { get; }

    protected override int Rounds => 10;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();

    protected override IObjectStore AnotherClient() => _bucket.Open(tuning: new RemoteTuning { MultipartThreshold = 2 });
}
