using Confluent.Kafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <content>Clients that write.</content>
public sealed partial class KafkaClients
{
    /// <summary>The most that the client takes for its own limit to a message.</summary>
    private const int LargestMessage = 1_000_000_000;

    private const int MostQueued = 10_000_000;

    /// <summary>How long a record may be on its way: a leader that is elected anew or a broker that restarts costs no restore.</summary>
    private static readonly TimeSpan ProducePatience = TimeSpan.FromMinutes(10);

    /// <summary>How long any client waits for an answer. A leader that falls silent closes no connection: only a request without an answer, or asking another broker, shows that the lead
    /// has moved.</summary>
    private static readonly TimeSpan SocketPatience = TimeSpan.FromSeconds(30);

    /// <summary>For so much longer the client waits than the broker may take its time for an answer: it would hear none otherwise.</summary>
    private static readonly TimeSpan AnswerMargin = TimeSpan.FromSeconds(1);

    /// <summary>A producer whose records arrive in order; once, and acknowledged by all in-sync replicas, unless less is wanted.</summary>
    /// <param name="errors">Is told what the client complains about.</param>
    /// <param name="batchBytes">How large a batch is at most, before compression.</param>
    /// <param name="codec">Compresses all of them.</param>
    /// <param name="settings">How they are sent.</param>
    internal IProducer<byte[]?, byte[]?> CreateProducer(ClientErrors errors, int batchBytes, RecordCodec codec, ProduceSettings settings) => Build(() =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(Common())
        {
            EnableIdempotence = settings.Acks == ProduceAcks.All,
            Acks = settings.Acks switch
            {
                ProduceAcks.All => Acks.All,
                ProduceAcks.Leader => Acks.Leader,
                _ => Acks.None,
            },
            MaxInFlight = settings.Acks == ProduceAcks.All ? 5 : 1, // Only idempotence keeps the order of several when one of them is repeated.
            CompressionType = codec switch
            {
                RecordCodec.None => CompressionType.None,
                RecordCodec.Gzip => CompressionType.Gzip,
                RecordCodec.Snappy => CompressionType.Snappy,
                RecordCodec.Lz4 => CompressionType.Lz4,
                _ => CompressionType.Zstd,
            },
            RequestTimeoutMs = (int)settings.Timeout.TotalMilliseconds,
            SocketTimeoutMs = (int)Math.Max(SocketPatience.TotalMilliseconds, (settings.Timeout + AnswerMargin).TotalMilliseconds),
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
