using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class TransactionTests : BrokerFixture
{
    private readonly FakeTimeProvider _clock;

    public TransactionTests()
        : this(new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)))
    {
    }

    private TransactionTests(FakeTimeProvider clock)
        : base(new EmbeddedBrokerOptions { TimeProvider = clock }) => _clock = clock;

    [Fact]
    public async Task Committed_records_are_read_and_aborted_ones_only_by_who_wants_all()
    {
        await CreateTopicAsync("t", 2);
        using var producer = Transactional("one");
        producer.InitTransactions(Patience);
        Transact(producer, isCommit: true, ("t", 0, "a"), ("t", 1, "b"));
        Transact(producer, isCommit: false, ("t", 0, "c"), ("t", 1, "d"));
        Transact(producer, isCommit: true, ("t", 0, "e"));

        Assert.Equal(["a", "e"], Values("t", 0));
        Assert.Equal(["b"], Values("t", 1));
        Assert.Equal(["a", "c", "e"], Values("t", 0, IsolationLevel.ReadUncommitted));
        Assert.Equal([0L, 4L], ReadAll("t").Select(result => result.Offset.Value));
    }

    [Fact]
    public async Task The_last_stable_offset_stops_at_the_earliest_open_transaction()
    {
        await CreateTopicAsync("t");
        using var first = Transactional("first");
        using var second = Transactional("second");
        using var plain = Producer();
        first.InitTransactions(Patience);
        second.InitTransactions(Patience);
        await plain.ProduceAsync("t", Message("0"));
        first.BeginTransaction();
        await first.ProduceAsync("t", Message("1"));
        Transact(second, isCommit: true, ("t", 0, "2"));
        await plain.ProduceAsync("t", Message("4"));

        Assert.Equal(1, await OffsetAsync("t", OffsetSpec.Latest(), IsolationLevel.ReadCommitted));
        Assert.Equal(5, await OffsetAsync("t", OffsetSpec.Latest()));
        Assert.Equal(["0", "1", "2", "4"], Values("t", 0, IsolationLevel.ReadUncommitted));

        first.CommitTransaction(Patience);

        Assert.Equal(6, await OffsetAsync("t", OffsetSpec.Latest(), IsolationLevel.ReadCommitted));
        Assert.Equal(["0", "1", "2", "4"], Values("t", 0));
    }

    [Fact]
    public async Task Interleaved_transactions_are_told_apart()
    {
        await CreateTopicAsync("t");
        using var keeper = Transactional("keeper");
        using var loser = Transactional("loser");
        keeper.InitTransactions(Patience);
        loser.InitTransactions(Patience);
        keeper.BeginTransaction();
        loser.BeginTransaction();
        foreach (var i in Enumerable.Range(0, 5))
        {
            await keeper.ProduceAsync("t", Message($"k{i}"));
            await loser.ProduceAsync("t", Message($"l{i}"));
        }

        loser.AbortTransaction(Patience);
        keeper.CommitTransaction(Patience);

        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], Values("t", 0));
    }

    [Fact]
    public async Task A_new_producer_of_the_same_id_fences_the_old_one_and_aborts_its_transaction()
    {
        await CreateTopicAsync("t");
        using var old = Transactional("same");
        old.InitTransactions(Patience);
        old.BeginTransaction();
        await old.ProduceAsync("t", Message("old"));
        using var young = Transactional("same");

        young.InitTransactions(Patience);
        Transact(young, isCommit: true, ("t", 0, "young"));

        var exception = Assert.ThrowsAny<KafkaException>(() => old.CommitTransaction(Patience));
        Assert.True(exception.Error.IsFatal);
        Assert.Equal(["young"], Values("t", 0));
    }

    [Fact]
    public async Task A_transaction_that_nobody_ends_is_aborted_when_its_time_is_over()
    {
        await CreateTopicAsync("t");
        using var producer = Transactional("slow");
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        await producer.ProduceAsync("t", Message("lost"));
        Assert.Equal(0, await OffsetAsync("t", OffsetSpec.Latest(), IsolationLevel.ReadCommitted));

        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(2, await OffsetAsync("t", OffsetSpec.Latest(), IsolationLevel.ReadCommitted));
        Assert.Empty(Values("t", 0));
        Assert.ThrowsAny<KafkaException>(() => producer.CommitTransaction(Patience));
    }

    [Fact]
    public async Task An_idempotent_producer_writes_each_record_once()
    {
        await CreateTopicAsync("t");
        using var producer = Producer(config =>
        {
            config.EnableIdempotence = true;
            config.LingerMs = 1;
        });
        foreach (var i in Enumerable.Range(0, 5_000))
        {
            producer.Produce("t", Message($"{i}"));
        }

        producer.Flush(Patience);

        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => $"{i}"), Values("t", 0));
    }

    private IProducer<byte[]?, byte[]?> Transactional(string id) => Producer(config => config.TransactionalId = id);

    private static void Transact(IProducer<byte[]?, byte[]?> producer, bool isCommit, params (string Topic, int Partition, string Value)[] records)
    {
        producer.BeginTransaction();
        foreach (var (topic, partition, value) in records)
        {
            producer.Produce(new TopicPartition(topic, partition), Message(value));
        }

        // Aborting drops what is still queued in the client, and these tests are about what the broker has.
        producer.Flush(Patience);
        if (isCommit)
        {
            producer.CommitTransaction(Patience);
        }
        else
        {
            producer.AbortTransaction(Patience);
        }
    }

    private IEnumerable<string> Values(string topic, int partition, IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        ReadAll(topic, partition, isolation: isolation).Select(result => Encoding.UTF8.GetString(result.Message.Value!));

    private static Message<byte[]?, byte[]?> Message(string value) => new() { Value = Encoding.UTF8.GetBytes(value) };
}
