using Confluent.Kafka;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class RecordShapesTests : BrokerTest
{
    [Fact]
    public async Task Every_shape_of_record_of_every_producer_codec_is_stored_as_it_was()
    {
        var produced = new ProducedRecords();
        foreach (var codec in Enum.GetValues<CompressionType>())
        {
            var topic = await NewTopicAsync($"by-{codec}".ToLowerInvariant(), partitions: 2);
            foreach (var number in new[] { 0, 1 })
            {
                var records = SampleRecords.OfAllShapes().Concat(SampleRecords.Plain(50, seed: number));
                produced.Add(await Broker.ProduceAsync(new PartitionId(topic, number), records, codec));
            }
        }

        var backup = NewBackup(Name("by-*"));
        await backup.SucceedAsync();

        Assert.Equal(10, produced.ByPartition.Count);
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task The_time_that_the_broker_gave_is_stored_where_the_topic_says_so()
    {
        var topic = await NewTopicAsync("appended", 1, ("message.timestamp.type", "LogAppendTime"));
        var sent = SampleRecords.OfAllShapes().ToList();
        var produced = await Broker.ProduceAsync(new PartitionId(topic, 0), sent);

        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        Assert.NotEqual(sent[0].Timestamp, produced.ByPartition.Single().Value[0].Timestamp);
        StoredRecords.AssertExactly(backup, produced);
    }
}
