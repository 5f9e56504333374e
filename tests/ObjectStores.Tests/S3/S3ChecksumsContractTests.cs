using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>The same with checksums on whatever can carry one, as AWS wants it.</summary>
public sealed class S3ChecksumsContractTests : ObjectStoreContract, IAsyncLifetime
{
    private readonly S3TestBucket _bucket = new(ChecksumMode.WhenSupported);

    public S3ChecksumsContractTests() => Store = _bucket.Open();

    protected override IObjectStore Store { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bucket.DisposeAsync();
}
