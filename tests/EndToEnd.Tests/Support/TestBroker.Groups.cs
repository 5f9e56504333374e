using System.Text;
using Confluent.Kafka;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <content>Consumer groups.</content>
internal sealed partial class TestBroker
{
    /// <summary>What a consumer of a group reads next of a partition, by its key; "the end" where there is nothing more.</summary>
    public Task<string> NextOfAsync(string group, PartitionId partition) => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Address,
            GroupId = group,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error, // A group that has no offset is a fault.
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 20,
        }).SetKeyDeserializer(Unchanged.Instance).SetValueDeserializer(Unchanged.Instance).Build();
        consumer.Assign(new TopicPartition(partition.Topic, partition.Number));
        using var patience = new CancellationTokenSource(Patience);
        var next = consumer.Consume(patience.Token);
        return next.IsPartitionEOF ? KeyOf(null) : Encoding.UTF8.GetString(next.Message.Key!);
    });

    /// <summary>How <see cref="NextOfAsync"/> calls a record.</summary>
    public static string KeyOf(LogRecord? record) => record is null ? "the end" : Encoding.UTF8.GetString(record.Key!);

    /// <summary>What a group has committed; null where it has not.</summary>
    public Task<long?> CommittedAsync(string group, PartitionId partition) => Task.Run<long?>(() =>
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Address, GroupId = group }).Build();
        var offset = consumer.Committed([new TopicPartition(partition.Topic, partition.Number)], Patience)[0].Offset;
        return offset == Offset.Unset ? null : offset.Value;
    });

    /// <summary>A consumer that is a member of a group until it is disposed of. The embedded broker has no members.</summary>
    public Task<IDisposable> JoinAsync(string group, string topic) => Task.Run<IDisposable>(() =>
    {
        var isAssigned = false;
        var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Address, GroupId = group, EnableAutoCommit = false })
            .SetPartitionsAssignedHandler((_, _) => isAssigned = true).Build();
        consumer.Subscribe(topic);
        using var patience = new CancellationTokenSource(Patience);
        while (!isAssigned)
        {
            patience.Token.ThrowIfCancellationRequested();
            consumer.Consume(TimeSpan.FromMilliseconds(100));
        }

        return consumer;
    });

    /// <summary>Deletes a topic, which brokers do in the background.</summary>
    public async Task DeleteTopicAndWaitAsync(string topic)
    {
        await DeleteTopicAsync(topic);
        using var patience = new CancellationTokenSource(Patience);
        while (_admin.GetMetadata(Patience).Topics.Exists(found => found.Topic == topic))
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
