using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing;
using SecurityProtocol = KafkaBackup.Shared.Configuration.SecurityProtocol;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>A broker of Kafka's own that demands client certificates, and the files of a client that the test owns.</summary>
internal sealed class DemandingBroker : IAsyncDisposable
{
    private readonly KafkaScripts _scripts;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("demanding-broker-");
    private X509Certificate2? _authority;
    private string _open = "";

    private DemandingBroker(KafkaScripts scripts) => _scripts = scripts;

    /// <summary>The listener that wants a certificate.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The client's files.</summary>
    public SecuritySection Security => new()
    {
        Protocol = SecurityProtocol.Ssl,
        CaLocation = At("ca.pem"),
        CertificateLocation = At("client.pem"),
        KeyLocation = At("client.key"),
    };

    private string Data => At("kafka");

    public static async Task<DemandingBroker> StartOrSkipAsync()
    {
        var broker = new DemandingBroker(KafkaScripts.FindOrSkip());
        var told = await broker._scripts.RunAsync(
            "up", "--heap", "256m", "--dir", broker.Data, "--config", "listener.name.ssl.ssl.client.auth=required");
        (broker.Address, broker._open) = (KafkaScripts.Told(told, "KAFKA_SSL_BOOTSTRAP_SERVERS"), KafkaScripts.Told(told, "KAFKA_BOOTSTRAP_SERVERS"));
        broker._authority = X509Certificate2.CreateFromPemFile(broker.At("kafka/certs/ca.crt"), broker.At("kafka/certs/ca.key"));
        broker.Trust(broker._authority);
        return broker;
    }

    public async Task CreateTopicAsync(PartitionId partition, int records)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _open }).Build();
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = partition.Topic, NumPartitions = 1 }]);
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // The client asked once more when the first answer was lost: nobody else uses this broker.
        }

        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _open, LingerMs = 0 }).Build();
        for (var number = 0; number < records; number++)
        {
            producer.Produce(new TopicPartition(partition.Topic, partition.Number), new Message<Null, string> { Value = $"value-{number}" });
        }

        producer.Flush(KafkaScripts.Patience);
    }

    /// <summary>Puts a new certificate and its key in the place of the client's, the key first.</summary>
    public void Renew(DateTimeOffset until)
    {
        var (certificate, key) = IssuedCertificates.Issue("alice", until, _authority);
        IssuedCertificates.Place(At("client.key"), key);
        IssuedCertificates.Place(At("client.pem"), certificate);
    }

    /// <summary>Puts an authority in the place of the one that the client trusts.</summary>
    public void Trust(X509Certificate2 authority) => IssuedCertificates.Place(At("ca.pem"), authority.ExportCertificatePem());

    /// <summary>The broker comes back with a certificate that another authority has signed.</summary>
    public async Task RestartSignedByAsync(X509Certificate2 authority)
    {
        await _scripts.RunAsync("node", "stop", "1", Data);
        var (certificate, key) = IssuedCertificates.Issue("kafka", new DateTimeOffset(authority.NotAfter), authority);
        IssuedCertificates.Place(At("kafka/certs/server.pem"), string.Join('\n', key, certificate, authority.ExportCertificatePem()) + "\n");
        await _scripts.RunAsync("node", "start", "1", Data);
    }

    public async ValueTask DisposeAsync()
    {
        _authority?.Dispose();
        await _scripts.RunAsync("down", "--fast", "--purge", Data);
        _folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
