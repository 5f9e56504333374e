using Confluent.Kafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

/// <summary>Both clients read the same of a log: on the embedded broker, and on the real one that KAFKA_BACKUP_TEST_BROKER names.</summary>
public sealed class DifferentialTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly PartitionId _partition = new($"differential-{Guid.NewGuid():N}", 0);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_field_of_every_record_is_the_same(bool isReal)
    {
        var address = isReal ? Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER") : null;
        Skip.If(isReal && string.IsNullOrEmpty(address), "KAFKA_BACKUP_TEST_BROKER names no broker.");
        await using var cluster = new KafkaSourceUnderTest(address);
        await cluster.CreateTopicAsync(_partition.Topic, 1, ("max.message.bytes", "4000000"), ("retention.ms", "-1"));
        var random = new Random(21);
        var end = 0L;
        for (var round = 0; round < 4; round++)
        {
            foreach (var codec in Enum.GetValues<CompressionType>())
            {
                end = Write(cluster.Address, codec, random, isTransactional: round > 0 && random.Next(2) == 0, isAborted: random.Next(2) == 0);
            }
        }

        await cluster.DeleteBeforeAsync(_partition, 37);
        foreach (var fetchMaxBytes in new[] { 1, 20_000, 4_194_304 })
        {
            foreach (var (from, to) in new[] { (37L, end), (38, end - 3), (end / 2, end), (end / 3, (end / 3) + 1) })
            {
                var read = new List<List<string>>();
                foreach (var client in Enum.GetValues<SourceClient>())
                {
                    read.Add(await ReadAsync(cluster.Address, client, fetchMaxBytes, new OffsetRange(from, to)));
                }

                Assert.NotEmpty(read[0]);
                Assert.Equal(read[0], read[1]);
            }
        }
    }

    /// <summary>Writes records of all shapes, one after the other or in a transaction.</summary>
    /// <returns>Where the log ends.</returns>
    private long Write(string address, CompressionType codec, Random random, bool isTransactional, bool isAborted)
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
        for (var number = 0; number < 60; number++)
        {
            producer.Produce(new TopicPartition(_partition.Topic, 0), NewMessage(random), report => last = Math.Max(last, report.Offset.Value));
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

    private async Task<List<string>> ReadAsync(string address, SourceClient client, int fetchMaxBytes, OffsetRange range)
    {
        var read = new List<string>();
        using var source = TestClients.For(address, $"backup: {{fetch_max_bytes: {fetchMaxBytes}}}").SourceOf(client);
        await using var stream = source.Open(_partition, range);
        while (await stream.ReadAsync(CancellationToken.None) is { } records)
        {
            read.AddRange(TestRecords.CopyAll(records).Select(record => record.ToString()));
        }

        read.Add($"to {stream.Position}");
        return read;
    }
}
