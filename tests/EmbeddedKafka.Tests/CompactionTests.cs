using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class CompactionTests : BrokerFixture
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task The_last_record_of_each_key_stays_where_it_was(CompressionType codec)
    {
        await CreateTopicAsync("c", configs: new() { ["cleanup.policy"] = "compact" });
        Write(codec, ("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"));
        Write(codec, ("b", "2"), ("a", "3"));
        Write(codec, ("z", "1"));

        Broker.Compact("c");

        Assert.Equal([(3, "c", "1"), (4, "b", "2"), (5, "a", "3"), (6, "z", "1")], Read());
        Assert.Equal(7, await OffsetAsync("c", OffsetSpec.Latest()));
    }

    [Fact]
    public async Task A_batch_that_lost_its_tail_keeps_its_offsets()
    {
        await CreateTopicAsync("c");
        Write(CompressionType.None, ("a", "1"), ("b", "1"), ("c", "1"));
        Write(CompressionType.None, ("b", "2"), ("c", "2"));
        Write(CompressionType.None, ("z", "1"));

        Broker.Compact("c");

        Assert.Equal([(0, "a", "1"), (3, "b", "2"), (4, "c", "2"), (5, "z", "1")], Read());
        Assert.Equal([(0, "a", "1"), (3, "b", "2"), (4, "c", "2"), (5, "z", "1")], Read(from: 0));
        Assert.Equal([(3, "b", "2"), (4, "c", "2"), (5, "z", "1")], Read(from: 2));
    }

    [Fact]
    public async Task A_batch_without_records_stays_for_its_producers_sequence()
    {
        await CreateTopicAsync("c");
        using var idempotent = Producer(config => config.EnableIdempotence = true);
        await idempotent.ProduceAsync("c", Message("a", "1"));
        Write(CompressionType.None, ("a", "2"));
        Write(CompressionType.None, ("z", "1"));

        Broker.Compact("c");
        var next = await idempotent.ProduceAsync("c", Message("a", "3"));

        Assert.Equal(3, next.Offset.Value);
        Assert.Equal([(1, "a", "2"), (2, "z", "1"), (3, "a", "3")], Read());
    }

    [Fact]
    public async Task Tombstones_go_when_their_time_has_come()
    {
        await CreateTopicAsync("c");
        Write(CompressionType.None, ("a", "1"), ("b", "1"));
        Write(CompressionType.None, ("a", null));
        Write(CompressionType.None, ("z", "1"));

        Broker.Compact("c");
        Assert.Equal([(1, "b", "1"), (2, "a", null), (3, "z", "1")], Read());

        Broker.Compact("c", removeTombstones: true);
        Assert.Equal([(1, "b", "1"), (3, "z", "1")], Read());
    }

    [Fact]
    public async Task Aborted_records_replace_nothing_and_go()
    {
        await CreateTopicAsync("c");
        Write(CompressionType.None, ("a", "1"));
        using var producer = Producer(config => config.TransactionalId = "t");
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        await producer.ProduceAsync("c", Message("a", "aborted"));
        producer.AbortTransaction(Patience);
        Write(CompressionType.None, ("z", "1"));

        Broker.Compact("c");

        Assert.Equal([(0, "a", "1"), (3, "z", "1")], Read());
        Assert.Equal([(0, "a", "1"), (3, "z", "1")], Read(isolation: IsolationLevel.ReadUncommitted));
    }

    [Fact]
    public async Task Compaction_gives_memory_back()
    {
        await CreateTopicAsync("c");
        foreach (var _ in Enumerable.Range(0, 20))
        {
            Write(CompressionType.None, ("a", new string('x', 10_000)));
        }

        Broker.Compact("c");

        Assert.InRange(Broker.MemoryUsed, 20_000, 25_000);
    }

    [Fact]
    public async Task A_compacted_topic_takes_no_record_without_a_key()
    {
        await CreateTopicAsync("c", configs: new() { ["cleanup.policy"] = "compact" });
        using var producer = Producer();

        var exception = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(
            () => producer.ProduceAsync("c", new Message<byte[]?, byte[]?> { Value = [1] }));

        Assert.Equal(ErrorCode.InvalidRecord, exception.Error.Code);
    }

    /// <summary>Writes one batch.</summary>
    private void Write(CompressionType codec, params (string Key, string? Value)[] records)
    {
        using var producer = Producer(config =>
        {
            config.CompressionType = codec;
            config.LingerMs = 200;
        });
        foreach (var (key, value) in records)
        {
            producer.Produce("c", Message(key, value));
        }

        producer.Flush(Patience);
    }

    private List<(int Offset, string Key, string? Value)> Read(long from = 0, IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        ReadAll("c", from: from, isolation: isolation).ConvertAll(result => (
            (int)result.Offset.Value,
            Encoding.UTF8.GetString(result.Message.Key!),
            result.Message.Value is { } value ? Encoding.UTF8.GetString(value) : null));

    private static Message<byte[]?, byte[]?> Message(string key, string? value) =>
        new() { Key = Encoding.UTF8.GetBytes(key), Value = value is null ? null : Encoding.UTF8.GetBytes(value) };
}
