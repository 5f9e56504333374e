using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>Clients as a configuration file would set them up.</summary>
internal static class TestClients
{
    public static KafkaClients For(
        string address, string settings = "", SecuritySection? security = null, int largestAnswer = 100_000_000, AnswerSize first = AnswerSize.OneBatch,
        ILogger<KafkaClients>? log = null, string? rack = null, SourceClient? client = null) =>
        new(Changed(Configured(address, settings), security, rack, client), log ?? NullLogger<KafkaClients>.Instance) { LargestAnswer = largestAnswer, FirstAnswer = first };

    /// <summary>A source over one of the two clients, whatever the configuration names.</summary>
    public static IRecordSource SourceOf(this KafkaClients clients, SourceClient client) => client == SourceClient.Native ? new NativeRecordSource(clients) : new KafkaRecordSource(clients);

    private static BackupConfiguration Changed(BackupConfiguration configuration, SecuritySection? security, string? rack, SourceClient? client) =>
        configuration with { Source = configuration.Source with { Security = security ?? configuration.Source.Security, ClientRack = rack, Client = client } };

    private static BackupConfiguration Configured(string address, string settings) =>
        ConfigurationLoader.Parse(
            $"""
            mode: backup
            backup_id: reading
            source:
              bootstrap_servers: ["{address.Replace(",", "\",\"", StringComparison.Ordinal)}"]
              topics:
                include: ["*"]
            storage:
              backend: filesystem
              path: /nowhere
            {settings}
            """, "reading.yaml", _ => null);
}
