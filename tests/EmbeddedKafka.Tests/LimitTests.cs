using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class LimitTests() : BrokerFixture(new EmbeddedBrokerOptions { MemoryLimit = 1_000_000, MaxPartitions = 10 })
{
    [Fact]
    public async Task A_full_broker_refuses_producers_and_says_why()
    {
        await CreateTopicAsync("full");
        using var producer = Producer();

        var exception = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => FillAsync(producer, "full"));

        Assert.Equal(ErrorCode.PolicyViolation, exception.Error.Code);
        Assert.InRange(Broker.MemoryUsed, 900_000, 1_000_000);
    }

    [Fact]
    public async Task A_full_broker_takes_records_again_when_others_are_deleted()
    {
        await CreateTopicAsync("full");
        using var producer = Producer();
        await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => FillAsync(producer, "full"));

        await Admin.DeleteRecordsAsync([new TopicPartitionOffset("full", 0, 5)]);

        await producer.ProduceAsync("full", new Message<byte[]?, byte[]?> { Value = new byte[90_000] });
    }

    [Fact]
    public async Task A_transaction_can_end_in_a_full_broker()
    {
        await CreateTopicAsync("full");
        using var transactional = Producer(config => config.TransactionalId = "t");
        transactional.InitTransactions(Patience);
        transactional.BeginTransaction();
        await transactional.ProduceAsync("full", new Message<byte[]?, byte[]?> { Value = [1] });
        using var producer = Producer();
        await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => FillAsync(producer, "full"));

        transactional.CommitTransaction(Patience);

        Assert.Equal(1, ReadAll("full")[0].Message.Value?.Length);
    }

    [Fact]
    public async Task A_batch_larger_than_the_topic_takes_is_refused()
    {
        await CreateTopicAsync("small", configs: new() { ["max.message.bytes"] = "1000" });
        using var producer = Producer();

        var exception = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(
            () => producer.ProduceAsync("small", new Message<byte[]?, byte[]?> { Value = new byte[2_000] }));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, exception.Error.Code);
    }

    [Fact]
    public async Task A_timestamp_far_ahead_is_refused()
    {
        await CreateTopicAsync("now");
        using var producer = Producer();
        var ahead = new Timestamp(TimeProvider.System.GetUtcNow().AddHours(2));

        var exception = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(
            () => producer.ProduceAsync("now", new Message<byte[]?, byte[]?> { Timestamp = ahead }));

        Assert.Equal(ErrorCode.InvalidTimestamp, exception.Error.Code);
    }

    [Fact]
    public async Task More_partitions_than_are_allowed_are_refused_with_their_number()
    {
        await CreateTopicAsync("first", 6);

        var exception = await Assert.ThrowsAsync<CreateTopicsException>(() => CreateTopicAsync("second", 5));

        Assert.Contains("10 partitions at most", exception.Message, StringComparison.Ordinal);
        await CreateTopicAsync("second", 4);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_together()
    {
        var options = new EmbeddedBrokerOptions { Port = -1, MemoryLimit = 0, MaxPartitions = 0, MaxRequestBytes = 1 };

        var exception = Assert.Throws<ArgumentException>(() => EmbeddedBroker.Start(options));

        Assert.Contains("Port", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MemoryLimit", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MaxPartitions", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MaxRequestBytes", exception.Message, StringComparison.Ordinal);
    }

    private static async Task FillAsync(IProducer<byte[]?, byte[]?> producer, string topic)
    {
        foreach (var _ in Enumerable.Range(0, 20))
        {
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = new byte[90_000] });
        }
    }
}
