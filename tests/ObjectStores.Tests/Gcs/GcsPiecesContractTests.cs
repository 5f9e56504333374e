using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>The same with everything but the smallest objects sent in pieces.</summary>
public sealed class GcsPiecesContractTests : ObjectStoreRaceContract, IAsyncLifetime
{
    private readonly GcsTestBucket _bucket = new();

    public GcsPiecesContractTests() => Store = AnotherClient();

    protected override IObjectStore Store { get; }

    protected override int Rounds => 10;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();

    protected override IObjectStore AnotherClient() => _bucket.Open(tuning: new RemoteTuning { MultipartThreshold = 2 });
}
