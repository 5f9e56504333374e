using System.Text;
using Confluent.Kafka.Admin;
using Confluent.Kafka;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class ProduceAndConsumeTests : BrokerFixture
{
    [Fact]
    public async Task What_a_producer_sends_a_consumer_reads_in_order()
    {
        await CreateTopicAsync("orders", 3);
        using var producer = Producer();
        foreach (var i in Enumerable.Range(0, 100))
        {
            producer.Produce(new TopicPartition("orders", i % 3), Message($"key-{i}", $"value-{i}"));
        }

        producer.Flush(Patience);

        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % 3 == 1).Select(i => $"value-{i}"), ReadAll("orders", 1).Select(Value));
        Assert.Equal(Enumerable.Range(0, 34).Select(i => (long)i), ReadAll("orders").Select(result => result.Offset.Value));
    }

    [Fact]
    public async Task Null_and_empty_parts_and_repeated_headers_arrive_as_they_were()
    {
        await CreateTopicAsync("odd");
        using var producer = Producer();
        var headers = new Headers { { "a", null }, { "a", [] }, { "", [1, 2] } };
        await producer.ProduceAsync("odd", new Message<byte[]?, byte[]?> { Key = null, Value = [], Headers = headers });
        await producer.ProduceAsync("odd", new Message<byte[]?, byte[]?> { Key = [], Value = null });

        var read = ReadAll("odd");

        Assert.Null(read[0].Message.Key);
        Assert.Empty(read[0].Message.Value!);
        Assert.Equal(
            [("a", null), ("a", ""), ("", "0102")],
            read[0].Message.Headers.Select(header => (header.Key, header.GetValueBytes() is { } value ? Convert.ToHexString(value) : null)));
        Assert.Empty(read[1].Message.Key!);
        Assert.Null(read[1].Message.Value);
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Every_codec_is_stored_as_it_was_sent(CompressionType codec)
    {
        await CreateTopicAsync("packed");
        using var producer = Producer(config =>
        {
            config.CompressionType = codec;
            config.LingerMs = 50;
        });
        var before = Broker.MemoryUsed;
        foreach (var i in Enumerable.Range(0, 1000))
        {
            producer.Produce("packed", Message($"{i}", new string('x', 500)));
        }

        producer.Flush(Patience);

        Assert.Equal(1000, ReadAll("packed").Count);
        Assert.Equal(codec == CompressionType.None, Broker.MemoryUsed - before > 400_000);
    }

    [Fact]
    public async Task A_consumer_that_waits_hears_of_a_record_when_it_comes()
    {
        await CreateTopicAsync("late");
        using var consumer = Consumer();
        consumer.Assign(new TopicPartitionOffset("late", 0, 0));
        Assert.True(consumer.Consume(Patience).IsPartitionEOF);
        using var producer = Producer();

        await producer.ProduceAsync("late", Message("k", "v"));

        Assert.Equal("v", Value(consumer.Consume(Patience)));
    }

    [Fact]
    public async Task A_reader_behind_the_log_start_is_told()
    {
        await CreateTopicAsync("short");
        using var producer = Producer();
        await producer.ProduceAsync("short", Message("k", "v"));

        var exception = Assert.Throws<ConsumeException>(() => ReadAll("short", from: 7));

        Assert.Contains(exception.Error.Code, new[] { ErrorCode.OffsetOutOfRange, ErrorCode.Local_AutoOffsetReset });
    }

    [Fact]
    public async Task The_brokers_time_replaces_the_producers_where_the_topic_says_so()
    {
        await CreateTopicAsync("stamped", configs: new() { ["message.timestamp.type"] = "LogAppendTime" });
        using var producer = Producer();
        var message = Message("k", "v");
        message.Timestamp = new Timestamp(1_000, TimestampType.CreateTime);

        var written = await producer.ProduceAsync("stamped", message);

        var read = Assert.Single(ReadAll("stamped")).Message.Timestamp;
        Assert.Equal(TimestampType.LogAppendTime, read.Type);
        Assert.True(read.UnixTimestampMs > 1_600_000_000_000);
        Assert.Equal(written.Timestamp.UnixTimestampMs, read.UnixTimestampMs);
    }

    [Fact]
    public async Task Offsets_are_found_by_end_and_by_time()
    {
        await CreateTopicAsync("timed");
        using var producer = Producer();
        foreach (var time in new[] { 1_000, 3_000, 2_000, 5_000 })
        {
            var message = Message("k", "v");
            message.Timestamp = new Timestamp(time, TimestampType.CreateTime);
            await producer.ProduceAsync("timed", message);
        }

        Assert.Equal(0, await OffsetAsync("timed", OffsetSpec.Earliest()));
        Assert.Equal(4, await OffsetAsync("timed", OffsetSpec.Latest()));
        Assert.Equal(1, await OffsetAsync("timed", OffsetSpec.ForTimestamp(2_000)));
        Assert.Equal(3, await OffsetAsync("timed", OffsetSpec.ForTimestamp(3_001)));
        Assert.Equal(Offset.End.Value, await OffsetAsync("timed", OffsetSpec.ForTimestamp(5_001)));
        Assert.Equal(3, await OffsetAsync("timed", OffsetSpec.MaxTimestamp()));
    }

    [Fact]
    public async Task Records_without_acknowledgement_arrive_too()
    {
        await CreateTopicAsync("hasty");
        using var producer = Producer(config => config.Acks = Acks.None);
        producer.Produce("hasty", Message("k", "v"));
        producer.Flush(Patience);
        using var consumer = Consumer();
        consumer.Assign(new TopicPartitionOffset("hasty", 0, 0));

        var result = consumer.Consume(Patience);
        while (result.IsPartitionEOF)
        {
            result = consumer.Consume(Patience);
        }

        Assert.Equal("v", Value(result));
    }

    private static Message<byte[]?, byte[]?> Message(string key, string value) =>
        new() { Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value) };

    private static string Value(ConsumeResult<byte[]?, byte[]?> result) => Encoding.UTF8.GetString(result.Message.Value!);
}
