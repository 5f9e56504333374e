using KafkaBackup.EmbeddedKafka;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Brokers before and after an upgrade that gives cluster and topics their ids.</summary>
public sealed class UnknownIdsTests
{
    private static readonly PartitionId Partition = new("orders", 0);

    private volatile bool _tellsIds;

    [Fact]
    public async Task Ids_that_are_told_for_the_first_time_or_no_longer_are_no_conflict_and_another_one_is()
    {
        await using var embedded = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Amend = RemoveIds });
        var broker = TestBroker.At(embedded);
        await broker.CreateTopicAsync(Partition.Topic, 1);
        using var backup = new TestBackup(broker.Address, "nightly", [Partition.Topic]);
        var produced = new ProducedRecords();

        foreach (var tellsIds in new[] { false, true, false })
        {
            _tellsIds = tellsIds;
            produced.Add(await broker.ProduceAsync(Partition, SampleRecords.Plain(100)));
            (await backup.SucceedAsync()).AssertSays("Backed up 100 ");
        }

        StoredRecords.AssertExactly(backup, produced);

        await broker.RecreateTopicAsync(Partition.Topic, 1);
        await broker.ProduceAsync(Partition, SampleRecords.Plain(400));
        _tellsIds = true;
        var refused = await backup.RunAsync();

        Assert.Equal(3, refused.ExitCode);
        refused.AssertSays("was deleted and made anew");
    }

    private void RemoveIds(IWireStruct answer)
    {
        if (!_tellsIds && answer is MetadataResponse metadata)
        {
            metadata.ClusterId = null;
            metadata.Topics.ForEach(topic => topic.TopicId = Guid.Empty);
        }
    }
}
