using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Topics that get another number of partitions than they had.</summary>
public sealed class RepartitionedTests : BrokerTest
{
    [Theory]
    [InlineData(6, 4)]
    [InlineData(2, 7)]
    public async Task Keys_come_where_a_Java_producer_would_put_them_also_when_it_is_killed_in_between(int sources, int targets)
    {
        var topic = await NewTopicAsync(partitions: sources);
        var produced = new ProducedRecords();
        foreach (var partition in PartitionsOf(topic, sources))
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(600 / sources, seed: partition.Number)));
        }

        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 20"] };
        await backup.SucceedAsync();
        Dictionary<string, string> names = new(StringComparer.Ordinal) { [topic] = Name("restored") };
        var line = $"repartitioning: {{{Name("restored")}: {{target_partitions: {targets}}}}}";
        using (var run = backup.StartRestore(names, line, "rate_limit_records_per_sec: 20"))
        {
            await backup.WaitUntilRestoringAsync(run);
            await Broker.WaitForStableEndAsync(new PartitionId(Name("restored"), targets - 1), 5);
            await run.KillAsync();
        }

        (await backup.RestoreAsync(names, line, "max_memory_bytes: 1", "--verify full")).AssertExit(Ok).AssertSays("Going on with the restore")
            .AssertSays($"Restored 600 records of {targets} partition(s) in 1 topic(s), as counted at the target");

        var count = 0;
        foreach (var target in Enumerable.Range(0, targets))
        {
            var there = await Broker.ReadAsync(new PartitionId(Name("restored"), target));
            Assert.All(there.Where(record => record.Key is not null), record => Assert.Equal(target, Murmur2.PartitionOf(record.Key, targets)));
            foreach (var (_, records) in produced.ByPartition)
            {
                var wanted = records.Select(Content).ToHashSet();
                Assert.Equal(records.Select(Content).Where(there.Select(Content).ToHashSet().Contains), there.Select(Content).Where(wanted.Contains));
            }

            count += there.Count;
        }

        Assert.Equal(600, count);

        static string Content(LogRecord record) => (record with { Offset = 0 }).ToString();
    }
}
