using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>Records of all shapes: null and empty keys and values, headers of all kinds, large and small ones.</summary>
internal static class MixedRecords
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Writes records of all shapes, one after the other or in a transaction.</summary>
    /// <returns>Where the log ends.</returns>
    public static long Write(string address, PartitionId partition, CompressionType codec, Random random, bool isTransactional, bool isAborted, int count = 60)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = address,
            CompressionType = codec,
            EnableIdempotence = true,
            TransactionalId = isTransactional ? $"differential-{Guid.NewGuid():N}" : null,
            LingerMs = 5,
            MessageMaxBytes = 4_000_000,
        }).Build();
        if (isTransactional)
        {
            producer.InitTransactions(Patience);
            producer.BeginTransaction();
        }

        var last = 0L;
        for (var number = 0; number < count; number++)
        {
            producer.Produce(new TopicPartition(partition.Topic, partition.Number), NewMessage(random), report => last = Math.Max(last, report.Offset.Value));
        }

        producer.Flush(Patience);
        if (isTransactional && isAborted)
        {
            producer.AbortTransaction(Patience);
        }
        else if (isTransactional)
        {
            producer.CommitTransaction(Patience);
        }

        return last + 1;
    }

    private static Message<byte[]?, byte[]?> NewMessage(Random random)
    {
        var headers = new Headers();
        for (var number = random.Next(4); number > 0; number--)
        {
            headers.Add(random.Next(3) switch { 0 => "", 1 => "trace", _ => "Ключ" }, Bytes(random, 20));
        }

        return new Message<byte[]?, byte[]?>
        {
            Key = Bytes(random, 30),
            Value = Bytes(random, random.Next(40) == 0 ? 200_000 : 300),
            Headers = headers.Count > 0 ? headers : null,
            Timestamp = new Timestamp(1_600_000_000_000 + random.Next(1_000_000_000), TimestampType.CreateTime),
        };
    }

    /// <summary>Null, empty, or bytes that pack well.</summary>
    private static byte[]? Bytes(Random random, int most)
    {
        var bytes = random.Next(6) switch { 0 => null, 1 => [], _ => new byte[random.Next(1, most)] };
        for (var at = 0; bytes is not null && at < bytes.Length; at++)
        {
            bytes[at] = (byte)random.Next(random.Next(8) == 0 ? 256 : 4);
        }

        return bytes;
    }
}
