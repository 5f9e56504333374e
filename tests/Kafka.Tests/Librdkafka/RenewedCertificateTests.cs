using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Certificates that change under clients which live on, at a real broker that demands them.</summary>
[Collection(OwnBrokers.Name)]
public sealed class RenewedCertificateTests
{
    private static readonly PartitionId Partition = new("t", 0);
    private static readonly DateTimeOffset Past = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Future = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [SkippableFact]
    public async Task A_client_certificate_that_has_expired_is_told_and_a_renewed_one_is_taken_without_a_restart()
    {
        await using var broker = await DemandingBroker.StartOrSkipAsync();
        await broker.CreateTopicAsync(Partition, 10);
        broker.Renew(Future);
        var clients = TestClients.For(broker.Address, security: broker.Security);
        using var catalog = new KafkaTopicCatalog(clients);
        using var source = new KafkaRecordSource(clients);
        Assert.Equal((10, null), (await EndAsync(catalog), await ReadAsync(source)));
        Assert.Null(await ReadByOwnAsync(clients));

        broker.Renew(Past);
        var asked = Assert.IsType<BackupException>(await Record.ExceptionAsync(() => EndAsync(catalog)));
        var read = Assert.IsType<BackupException>(await ReadAsync(source));

        var sentence = $"the client certificate in '{broker.Security.CertificateLocation}' has expired: it was valid until 2026-01-02 03:04:05Z.";
        Assert.All([asked, read], failure =>
        {
            Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
            Assert.Equal((FailureKind.Source, true), (failure.Kind, failure.EndsRun));
        });

        var own = Assert.IsType<BackupException>(await ReadByOwnAsync(clients));
        Assert.Contains("has expired: it was valid until 2026-01-02 03:04:05", own.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Source, true, true), (own.Kind, own.IsRetryable, own.EndsRun));

        broker.Renew(Future.AddDays(1));
        Assert.Equal((10, null), (await EndAsync(catalog), await ReadAsync(source)));
        Assert.Null(await ReadByOwnAsync(clients));
    }

    [SkippableFact]
    public async Task An_authority_that_is_replaced_is_trusted_without_a_restart()
    {
        await using var broker = await DemandingBroker.StartOrSkipAsync();
        await broker.CreateTopicAsync(Partition, 10);
        broker.Renew(Future);
        var clients = TestClients.For(broker.Address, security: broker.Security);
        using var catalog = new KafkaTopicCatalog(clients);
        using var source = new KafkaRecordSource(clients);
        Assert.Equal((10, null), (await EndAsync(catalog), await ReadAsync(source)));

        using var next = IssuedCertificates.NewAuthority("Next authority", Future);
        await broker.RestartSignedByAsync(next);
        var failure = Assert.IsType<BackupException>(await Record.ExceptionAsync(() => EndAsync(catalog)));
        Assert.Contains("it was signed by 'CN=Next authority', which", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.EndsRun);

        Assert.Contains("it was signed by 'CN=Next authority', which", Assert.IsType<BackupException>(await ReadByOwnAsync(clients)).Message, StringComparison.Ordinal);

        broker.Trust(next);
        Assert.Equal((10, null), (await EndAsync(catalog), await ReadAsync(source)));
        Assert.Null(await ReadByOwnAsync(clients));
    }

    private static async Task<long> EndAsync(KafkaTopicCatalog catalog)
    {
        await catalog.GetClusterIdAsync(CancellationToken.None);
        return (await catalog.GetBoundsAsync([Partition], LogEnd.HighWatermark, CancellationToken.None))[Partition].HighWatermark;
    }

    /// <summary>The same by the client of our own, over new connections: brokers bear with those that there are.</summary>
    private static async Task<Exception?> ReadByOwnAsync(KafkaClients clients)
    {
        using var source = new NativeRecordSource(clients);
        return await ReadAsync(source);
    }

    /// <summary>Reads all records; the failure, if there was one.</summary>
    private static async Task<Exception?> ReadAsync(IRecordSource source)
    {
        await using var stream = source.Open(Partition, new OffsetRange(0, 10));
        return await Record.ExceptionAsync(async () =>
        {
            while (await stream.ReadAsync(CancellationToken.None) is not null)
            {
            }
        });
    }
}
