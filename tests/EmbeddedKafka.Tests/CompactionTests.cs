using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka.Tests.Protocol;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
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
        Assert.Equal([(3, "b", "2"), (4, "c", "2"), (5, "z", "1")], Read(from: 2));
        Assert.Equal([(0, 2, 1), (3, 4, 2), (5, 5, 1)], await BatchesAsync());
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
        Assert.Equal([(0, 0, 0), (1, 1, 1), (2, 2, 1)], await BatchesAsync());
        var next = await idempotent.ProduceAsync("c", Message("a", "3"));

        Assert.Equal(3, next.Offset.Value);
        Assert.Equal([(1, "a", "2"), (2, "z", "1"), (3, "a", "3")], Read());
    }

    [Fact]
    public async Task A_batch_that_lost_all_goes_where_no_sequence_needs_it()
    {
        await CreateTopicAsync("c");
        Write(CompressionType.None, ("a", "1"));
        Write(CompressionType.None, ("a", "2"));
        Write(CompressionType.None, ("z", "1"));

        Broker.Compact("c");

        Assert.Equal([(1, 1, 1), (2, 2, 1)], await BatchesAsync());
        Assert.Equal(0, await OffsetAsync("c", OffsetSpec.Earliest()));
    }

    [Fact]
    public async Task What_is_compacted_twice_stays_as_it_is()
    {
        await CreateTopicAsync("c");
        Write(CompressionType.Zstd, ("a", "1"), ("b", "1"), ("a", "2"));
        Write(CompressionType.Zstd, ("z", "1"));
        Broker.Compact("c");
        var once = await BatchesAsync();
        var used = Broker.MemoryUsed;

        Broker.Compact("c");

        Assert.Equal(once, await BatchesAsync());
        Assert.Equal(used, Broker.MemoryUsed);
    }

    [Fact]
    public void A_topic_that_is_not_there_cannot_be_compacted() => Assert.Throws<ArgumentException>(() => Broker.Compact("nowhere"));

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
            config.LingerMs = 60_000; // Until it is flushed, whatever holds this thread up meanwhile.
        });
        using var knowing = new DependentAdminClientBuilder(producer.Handle).Build();
        knowing.GetMetadata("c", Patience); // Records of a topic that the client does not know yet are handed over one by one, while others of them may be sent already.
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

    /// <summary>First offset, last offset and number of records of each batch.</summary>
    private async Task<List<(long First, long Last, int Records)>> BatchesAsync()
    {
        using var client = new RawClient(Broker.Port);
        var response = await client.AskAsync<FetchResponse>(ApiKey.Fetch, 12, new FetchRequest
        {
            Topics = [new() { Name = "c", Partitions = [new() { MaxBytes = 1_000_000 }] }],
        });
        var batches = new List<(long First, long Last, int Records)>();
        foreach (var batch in RecordBatches.OfFetch(response.Topics[0].Partitions[0].Records!.ToMemory()))
        {
            batch.Header.VerifyCrc(batch.Bytes.Span);
            batches.Add((batch.Header.BaseOffset, batch.Header.LastOffset, batch.Header.RecordCount));
        }

        return batches;
    }

    private static Message<byte[]?, byte[]?> Message(string key, string? value) =>
        new() { Key = Encoding.UTF8.GetBytes(key), Value = value is null ? null : Encoding.UTF8.GetBytes(value) };
}
