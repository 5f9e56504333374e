using System.Text;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <content>Batches that a topic does not take as they are arrive in parts.</content>
public sealed partial class KafkaRecordSinkTests
{
    [Theory]
    [InlineData(RecordCodec.None)]
    [InlineData(RecordCodec.Zstd)]
    [InlineData(RecordCodec.Gzip)]
    [InlineData(RecordCodec.Snappy)]
    [InlineData(RecordCodec.Lz4)]
    public async Task Records_of_a_batch_that_had_to_be_divided_are_what_they_were(RecordCodec codec)
    {
        const int Records = 300;
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, [("max.message.bytes", "5000")]);
        using var sink = Sink(broker, new ProduceSettings { Compression = codec });
        var writer = sink.Open(Partition); // Which is not told what the topic takes.
        var written = Enumerable.Range(0, Records).Select(Odd).ToList();

        foreach (var record in written)
        {
            await writer.WriteAsync(record, CancellationToken.None);
        }

        Assert.Equal(Records, await writer.CompleteAsync(CancellationToken.None));
        Assert.Equal(new WrittenTo(Records, 10 * (Records - 1)), writer.Written);
        Assert.Equal(
            written.Select((record, number) => (TestRecords.Copy(record) with { Offset = number }).ToString()),
            (await CopiesAsync(broker, Records)).Select(record => record.ToString()));
    }

    [Fact]
    public async Task A_writer_that_is_used_again_after_a_pause_writes_on()
    {
        await using var broker = EmbeddedBroker.Start();
        await MakeAsync(broker, []);
        using var sink = Sink(broker);
        var writer = sink.Open(Partition, limits: Batches(2_000));
        for (var number = 0; number < 60; number++)
        {
            await writer.WriteAsync(Odd(number), CancellationToken.None);
            if (number % 20 == 19)
            {
                Assert.Equal(number + 1, await writer.CompleteAsync(CancellationToken.None));
            }
        }

        Assert.Equal(
            Enumerable.Range(0, 60).Select(number => (TestRecords.Copy(Odd(number)) with { Offset = number }).ToString()),
            (await CopiesAsync(broker, 60)).Select(record => record.ToString()));
    }

    /// <summary>A record of every kind, by turns, with bytes that do not compress.</summary>
    private static RecordCopy Odd(int number)
    {
        var value = new byte[200];
        new Random(number).NextBytes(value);
        return new RecordCopy(
            10L * number, Time + ((number % 7) - 3), number % 3 == 0 ? null : Encoding.UTF8.GetBytes($"key {number}"), number % 5 == 0 ? null : value,
            [.. Enumerable.Range(0, number % 4).Select(header => new KeyValuePair<byte[], byte[]?>(Encoding.UTF8.GetBytes($"h{header}"), header == 2 ? null : [(byte)number]))]);
    }

    private static async Task<List<TestRecord>> CopiesAsync(EmbeddedBroker broker, int records)
    {
        using var source = new KafkaRecordSource(TestClients.For(broker.BootstrapServers));
        await using var stream = source.Open(Partition, new OffsetRange(0, records));
        var found = new List<TestRecord>();
        while (await stream.ReadAsync(CancellationToken.None) is { } batch)
        {
            found.AddRange(TestRecords.CopyAll(batch));
        }

        return found;
    }
}
