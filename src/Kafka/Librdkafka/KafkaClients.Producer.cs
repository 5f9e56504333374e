using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <content>Clients that write.</content>
public sealed partial class KafkaClients
{
    /// <summary>The most that the client takes for its own limit to a message.</summary>
    private const int LargestMessage = 1_000_000_000;

    private const int MostQueued = 10_000_000;

    /// <summary>How long a record may be on its way: a leader that is elected anew or a broker that restarts costs no restore.</summary>
    private static readonly TimeSpan ProducePatience = TimeSpan.FromMinutes(10);

    /// <summary>A producer whose records arrive once and in order, acknowledged by all in-sync replicas.</summary>
    /// <param name="errors">Is told what the client complains about.</param>
    /// <param name="batchBytes">How large a batch is at most, before compression.</param>
    internal IProducer<byte[]?, byte[]?> CreateProducer(ClientErrors errors, int batchBytes) => Build(() =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(Common())
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            MaxInFlight = 5,
            CompressionType = CompressionType.Zstd,
            LingerMs = 5,
            BatchSize = batchBytes,
            MessageMaxBytes = LargestMessage, // The topic's limit decides, not the client's.
            QueueBufferingMaxMessages = MostQueued, // Writers bound what is on its way.
            QueueBufferingMaxKbytes = int.MaxValue,
            MessageTimeoutMs = (int)ProducePatience.TotalMilliseconds,
            DeliveryReportFields = "none",
        })
            .SetKeySerializer(Unchanged.Instance)
            .SetValueSerializer(Unchanged.Instance)
            .SetErrorHandler((_, error) => Note(error, errors))
            .SetLogHandler((_, message) => Log(message, errors))
            .Build());

    private sealed class Unchanged : ISerializer<byte[]?>
    {
        public static Unchanged Instance { get; } = new();

        public byte[]? Serialize(byte[]? data, SerializationContext context) => data;
    }
}
