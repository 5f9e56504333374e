using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>Clients as a configuration file would set them up.</summary>
internal static class TestClients
{
    public static KafkaClients For(string address, string settings = "", int largestAnswer = 100_000_000) => new(
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
            """, "reading.yaml", _ => null),
        NullLogger<KafkaClients>.Instance)
    {
        LargestAnswer = largestAnswer,
    };
}
