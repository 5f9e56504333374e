using Confluent.Kafka;

namespace KafkaBackup.Cli.Demo;

/// <summary>Whoever reads the shop's topics: its consumer groups, and the demo itself.</summary>
internal sealed class ShopConsumers(string address)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What each group reads, and how many records of each partition it has not read yet.</summary>
    private static readonly (string Group, string Topic, int Unread)[] Groups = [("billing", "payments", 30), ("mailer", "orders", 100)];

    /// <summary>Reads all that is there, partition by partition.</summary>
    public ShopContents ReadAll(CancellationToken cancellation)
    {
        using var consumer = Consumer("demo");
        var records = ShopTraffic.Partitions.ToDictionary(partition => partition, _ => new List<ShopRecord>());
        consumer.Assign(records.Keys.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        for (var unread = records.Count; unread > 0;)
        {
            var read = consumer.Consume(cancellation);
            if (read.IsPartitionEOF)
            {
                unread--;
            }
            else
            {
                records[read.TopicPartition].Add(new ShopRecord(read.Offset.Value, read.Message.Key, Content(read.Message)));
            }
        }

        return new ShopContents(
            records.ToDictionary(partition => partition.Key, IReadOnlyList<ShopRecord> (partition) => partition.Value),
            Groups.SelectMany(reader => NextOf(reader.Group, reader.Topic, records)).ToDictionary());
    }

    /// <summary>Lets the groups read on, up to some last records, and tells in a sentence what they have read.</summary>
    public string ReadOn(CancellationToken cancellation)
    {
        var contents = ReadAll(cancellation);
        foreach (var (group, topic, unread) in Groups)
        {
            using var consumer = Consumer(group);
            consumer.Commit(PartitionsOf(topic).Select(partition => new TopicPartitionOffset(partition, contents.Records[partition][^unread].Offset)));
        }

        return string.Join(", ", Groups.Select(reader => $"'{reader.Group}' has read all {reader.Topic} but the last {reader.Unread} of each partition"));
    }

    private static IEnumerable<TopicPartition> PartitionsOf(string topic) => ShopTraffic.Partitions.Where(partition => partition.Topic == topic);

    /// <summary>All of a record but its offset; a tombstone is no empty value.</summary>
    private static string Content(Message<string, string?> message) => string.Join('\0',
    [
        $"{message.Timestamp.UnixTimestampMs}", message.Key, message.Value is null ? "tombstone" : $"={message.Value}",
        .. message.Headers.Select(header => $"{header.Key}={Convert.ToHexString(header.GetValueBytes())}"),
    ]);

    /// <summary>What a group reads next of each partition in which it has committed.</summary>
    private List<KeyValuePair<(string Group, TopicPartition Partition), ShopRecord?>> NextOf(
        string group, string topic, Dictionary<TopicPartition, List<ShopRecord>> records)
    {
        using var consumer = Consumer(group);
        return consumer.Committed(PartitionsOf(topic), Patience)
            .Where(committed => committed.Offset != Offset.Unset)
            .Select(committed => KeyValuePair.Create(
                (group, committed.TopicPartition), records[committed.TopicPartition].Find(record => record.Offset >= committed.Offset.Value)))
            .ToList();
    }

    private IConsumer<string, string?> Consumer(string group) => new ConsumerBuilder<string, string?>(new ConsumerConfig
    {
        BootstrapServers = address,
        GroupId = group,
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        IsolationLevel = IsolationLevel.ReadCommitted,
        FetchWaitMaxMs = 20,
    }).Build();
}
