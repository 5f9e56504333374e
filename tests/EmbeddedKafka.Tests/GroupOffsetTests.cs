using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>Consumer groups, as clients see them.</summary>
public sealed class GroupOffsetTests : BrokerFixture
{
    [Fact]
    public async Task A_consumer_reads_on_from_where_its_group_has_committed()
    {
        await CreateTopicAsync("t");
        using (var producer = Producer())
        {
            foreach (var value in Enumerable.Range(0, 5))
            {
                await producer.ProduceAsync("t", new Message<byte[]?, byte[]?> { Value = [(byte)value] });
            }
        }

        using (var first = Consumer())
        {
            first.Commit([new TopicPartitionOffset("t", 0, 3)]);
        }

        using var second = Consumer();
        second.Assign(new TopicPartition("t", 0));
        Assert.Equal(3, second.Consume(Patience).Offset.Value);
    }

    [Fact]
    public async Task Offsets_are_set_listed_and_described_by_an_administrator_and_go_with_their_topic()
    {
        await CreateTopicAsync("t", 2);
        await CreateTopicAsync("u");
        await AlterAsync("billing", ("t", 1, 7), ("u", 0, 3));
        await AlterAsync("mailer", ("t", 0, 0));

        Assert.Equal([("t", 1, 7L), ("u", 0, 3L)], await OffsetsAsync("billing"));
        Assert.Equal(["billing", "mailer"], await GroupsAsync());
        var described = (await Admin.DescribeConsumerGroupsAsync(["billing"])).ConsumerGroupDescriptions.Single();
        Assert.Equal((ConsumerGroupState.Empty, 0), (described.State, described.Members.Count));

        await Admin.DeleteTopicsAsync(["t"]);

        Assert.Equal([("u", 0, 3L)], await OffsetsAsync("billing"));
        Assert.Equal(["billing"], await GroupsAsync());
    }

    [Fact]
    public async Task An_offset_of_a_partition_that_is_not_there_is_refused()
    {
        await CreateTopicAsync("t");

        var refused = await Assert.ThrowsAsync<AlterConsumerGroupOffsetsException>(() => AlterAsync("billing", ("t", 4, 1)));

        Assert.Equal(ErrorCode.UnknownTopicOrPart, refused.Results[0].Partitions[0].Error.Code);
    }

    private Task AlterAsync(string group, params (string Topic, int Partition, long Offset)[] offsets) => Admin.AlterConsumerGroupOffsetsAsync(
        [new ConsumerGroupTopicPartitionOffsets(group, [.. offsets.Select(offset => new TopicPartitionOffset(offset.Topic, offset.Partition, offset.Offset))])]);

    private async Task<IEnumerable<(string, int, long)>> OffsetsAsync(string group) =>
        (await Admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]))[0].Partitions
            .Select(partition => (partition.Topic, partition.Partition.Value, partition.Offset.Value)).Order();

    private async Task<IEnumerable<string>> GroupsAsync() =>
        (await Admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = Patience })).Valid.Select(group => group.GroupId).Order();
}
