using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Three real brokers of which some are killed.</summary>
[Collection(OwnBrokers.Name)]
public sealed class LostReplicaTests
{
    [SkippableFact]
    public async Task A_log_that_was_cut_by_an_unclean_election_and_has_grown_again_is_told_with_the_offset_from_which_it_differs()
    {
        await using var brokers = await ThreeBrokers.StartOrSkipAsync();
        var partition = new PartitionId("t", 0);
        await brokers.CreateTopicAsync(partition.Topic, 2, 3);
        brokers.Produce(partition, 100);
        await brokers.KillAsync(3);
        await brokers.WaitForAsync(partition, found => found.InSyncReplicas is [2]);
        brokers.Produce(partition, 10);
        var sources = Enum.GetValues<SourceClient>().Select(client => TestClients.For(brokers.Address).SourceOf(client)).ToList();
        int? epoch = null;
        foreach (var source in sources)
        {
            (var before, epoch, _) = await ReadAsync(source, partition, new OffsetRange(0, 110), null);
            Assert.Equal(110, before);
        }

        await brokers.KillAsync(2);
        await brokers.StartAsync(3);
        await brokers.WaitForAsync(partition, found => found.Leader == 3);
        brokers.Produce(partition, 30);

        foreach (var source in sources)
        {
            var (after, _, failure) = await ReadAsync(source, partition, new OffsetRange(110, 130), epoch);
            Assert.Equal((0, 100L), (after, Assert.IsType<LogDivergedException>(failure).Offset));
            Assert.Contains("those from 100 to 109 of the backup are no longer in the source", failure.Message, StringComparison.Ordinal);

            var (same, later, none) = await ReadAsync(source, partition, new OffsetRange(100, 130), epoch);
            Assert.Equal((30, null), (same, none));
            Assert.True(later > epoch);
            source.Dispose();
        }
    }

    [SkippableFact]
    public async Task A_partition_that_lost_its_only_replica_is_named_and_delays_nobody()
    {
        await using var brokers = await ThreeBrokers.StartOrSkipAsync();
        var (dead, live) = (new PartitionId("dead", 0), new PartitionId("live", 0));
        await brokers.CreateTopicAsync(dead.Topic, 3);
        await brokers.CreateTopicAsync(live.Topic, 1, 2);
        brokers.Produce(dead, 10);
        brokers.Produce(live, 10);
        await brokers.KillAsync(3);
        await brokers.WaitForAsync(dead, found => found.Leader < 0);
        using var catalog = new KafkaTopicCatalog(TestClients.For(brokers.Address), leaderPatience: TimeSpan.FromSeconds(1));
        var filter = new TopicFilter(new TopicsSection { Include = ["dead", "live"] }, new BackupSection());
        var topics = await catalog.GetTopicsAsync(filter, CancellationToken.None);
        var ids = await catalog.GetTopicIdsAsync(["dead", "live"], CancellationToken.None);
        var bounds = await catalog.GetBoundsAsync([dead, live], LogEnd.HighWatermark, CancellationToken.None);
        var read = await Task.WhenAll(Enum.GetValues<SourceClient>().Select(async client =>
        {
            using var source = TestClients.For(brokers.Address).SourceOf(client);
            return await ReadAsync(source, dead, new OffsetRange(0, 10), null);
        }));

        Assert.Equal(["dead", "live"], topics.Select(topic => topic.Name));
        Assert.Null(ids["dead"]);
        Assert.NotNull(ids["live"]);
        Assert.Equal(new PartitionBounds(0, 10), bounds[live]);
        Assert.Contains("It has no leader", bounds[dead].Problem!.Message, StringComparison.Ordinal);
        Assert.All(read, one =>
        {
            Assert.Equal(0, one.Count);
            Assert.True(Assert.IsType<BackupException>(one.Failure).IsRetryable);
            Assert.Contains("dead:0 cannot be read from offset 0: it has had no leader", one.Failure.Message, StringComparison.Ordinal);
        });
    }

    private static async Task<(int Count, int? Epoch, Exception? Failure)> ReadAsync(
        IRecordSource source, PartitionId partition, OffsetRange range, int? epoch)
    {
        var count = 0;
        await using var stream = source.Open(partition, range, epoch);
        var failure = await Record.ExceptionAsync(async () =>
        {
            while (await stream.ReadAsync(CancellationToken.None) is { } batch)
            {
                while (batch.MoveNext())
                {
                    count++;
                }
            }
        });
        return (count, stream.LeaderEpoch, failure);
    }
}
