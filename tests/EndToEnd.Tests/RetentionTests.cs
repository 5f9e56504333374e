using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class RetentionTests : BrokerTest
{
    private const int Incomplete = 3;
    private const int Source = 4;

    [Fact]
    public async Task Records_that_were_deleted_before_they_were_read_are_recorded_as_a_gap()
    {
        var topic = await NewTopicAsync(partitions: 2);
        PartitionId partition = new(topic, 0), other = new(topic, 1);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 1));
        produced.Add(await Broker.ProduceAsync(other, SampleRecords.Plain(10)));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var behind = await Broker.ProduceAsync(partition, SampleRecords.Plain(100, seed: 2));
        await Broker.DeleteRecordsBelowAsync(partition, 160);
        behind.RemoveBelow(partition, 160);
        produced.Add(behind);

        var lossy = (await backup.RunAsync()).AssertExit(Incomplete);

        lossy.AssertSays("[WARN]").AssertSays("offsets 100 to 159 were deleted at the source").AssertSays("Backed up 40 new records");
        StoredRecords.AssertExactly(backup, produced);
        var gap = Assert.Single(StoredRecords.ReadManifest(backup).Topics.Single().Partitions.Single(found => found.PartitionId == 0).Gaps);
        Assert.Equal((100, 160, "offset_out_of_range"), (gap.StartOffset, gap.EndOffset, gap.Reason));
        Assert.Equal([new OffsetRange(0, 200)], await backup.CoverageOfAsync(partition));

        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: 3)));
        var next = await backup.SucceedAsync();

        next.AssertSays($"{partition} — starting at offset 200 (saved: 199)");
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task What_Kafka_Streams_has_deleted_from_its_own_topic_is_told_as_what_that_may_be()
    {
        var topic = await NewTopicAsync("counts-repartition");
        PartitionId partition = new(topic, 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: 1));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: 2));
        await Broker.DeleteRecordsBelowAsync(partition, 15);

        (await backup.RunAsync()).AssertExit(Incomplete).AssertSays("offsets 10 to 14 were deleted at the source").AssertSays("source.topics.exclude: [\"*-repartition\"]");
    }

    [Fact]
    public async Task Records_that_came_and_went_between_two_runs_at_a_partition_that_had_none_are_recorded_as_a_gap()
    {
        var topic = await NewTopicAsync(partitions: 2);
        PartitionId partition = new(topic, 0), empty = new(topic, 1);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: 1));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var passing = await Broker.ProduceAsync(empty, SampleRecords.Plain(50, seed: 2));
        await Broker.DeleteRecordsBelowAsync(empty, 30);
        passing.RemoveBelow(empty, 30);
        produced.Add(passing);

        var lossy = (await backup.RunAsync()).AssertExit(Incomplete);

        lossy.AssertSays("[WARN]").AssertSays("offsets 0 to 29 were deleted at the source").AssertSays("Backed up 20 new records");
        StoredRecords.AssertExactly(backup, produced);
        Assert.Equal([new OffsetRange(0, 50)], await backup.CoverageOfAsync(empty));
        await backup.SucceedAsync();
    }

    [Fact]
    public async Task Records_that_were_deleted_before_the_first_run_are_no_gap()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(50));
        await Broker.DeleteRecordsBelowAsync(partition, 20);
        produced.RemoveBelow(partition, 20);
        var backup = NewBackup(partition.Topic);

        await backup.SucceedAsync();

        StoredRecords.AssertExactly(backup, produced);
        Assert.Empty(StoredRecords.ReadManifest(backup).Topics.Single().Partitions.Single().Gaps);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    public async Task A_topic_that_was_made_anew_is_refused_by_its_id(int records)
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var other = new PartitionId(await NewTopicAsync("other"), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100));
        var backup = NewBackup(partition.Topic, other.Topic);
        await backup.SucceedAsync();
        var oldId = await Broker.TopicIdOfAsync(partition.Topic);
        await Broker.DeleteTopicAsync(partition.Topic);
        await Broker.CreateTopicAsync(partition.Topic, 1);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(records, seed: 2));
        var newId = await Broker.TopicIdOfAsync(partition.Topic);
        produced.Add(await Broker.ProduceAsync(other, SampleRecords.Plain(30, seed: 3)));

        var run = (await backup.RunAsync()).AssertExit(Incomplete, Source);

        var told = Assert.Single(run.Log, line => line.StartsWith($"[ERROR] {partition}: ", StringComparison.Ordinal));
        Assert.Contains(oldId, told, StringComparison.Ordinal);
        Assert.Contains(newId, told, StringComparison.Ordinal);
        StoredRecords.AssertExactly(backup, produced);
    }
}
