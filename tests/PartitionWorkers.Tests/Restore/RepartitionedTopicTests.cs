using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

public sealed class RepartitionedTopicTests
{
    private const int Records = 4_000;

    private readonly MemoryObjectStore _store = new();

    [Theory]
    [InlineData(12, 5)]
    [InlineData(2, 9)]
    [InlineData(1, 1)]
    public async Task Each_record_comes_into_the_partition_of_its_key_and_in_the_order_of_its_partition(int sources, int targets)
    {
        var orders = Orders(await StoredAsync(sources), targets);

        var read = await Task.WhenAll(Feeds(orders).Select(feed => ReadAsync(feed)));

        Assert.Equal(sources * Records, read.Sum(records => records.Count));
        Assert.All(read.Index(), target => Assert.All(target.Item, record => Assert.Equal(target.Index, Murmur2.PartitionOf(record.Key, targets))));
        Assert.All(read, records => Assert.All(records.GroupBy(Source), source => Assert.Equal(source.Select(record => record.Offset).Order(), source.Select(record => record.Offset))));
    }

    [Fact]
    public async Task It_is_the_same_in_every_attempt_and_what_is_noted_is_left_out()
    {
        var orders = Orders(await StoredAsync(3), 4);
        var whole = await Task.WhenAll(Feeds(orders).Select(feed => ReadAsync(feed)));
        var again = orders.Select((order, number) => order with { Noted = new RestoredSoFar { Records = 100 * number, SourceOffset = 7 } }).ToList();

        var rest = await Task.WhenAll(Feeds(again).Select(feed => ReadAsync(feed)));

        Assert.All(rest.Index(), target => Assert.Equal(whole[target.Index].Skip(100 * target.Index).Select(Place), target.Item.Select(Place)));

        static (string, long) Place(TestRecord record) => (Source(record), record.Offset);
    }

    [Fact]
    public async Task A_reader_that_leaves_or_is_not_there_keeps_no_other_waiting()
    {
        var orders = Orders(await StoredAsync(2), 3);
        var feeds = Feeds([.. orders.Skip(1)]);

        var left = ReadAsync(feeds[0], most: 5);
        var whole = ReadAsync(feeds[1]);

        Assert.Equal(5, (await left).Count);
        Assert.InRange((await whole).Count, Records / 3, Records);
    }

    [Fact]
    public async Task A_segment_that_is_missing_is_told_to_all()
    {
        var sources = await StoredAsync(2);
        await _store.DeleteAsync(sources[1].Segments[^1].Key, CancellationToken.None);

        foreach (var feed in Feeds(Orders(sources, 2)).Select(feed => ReadAsync(feed)).ToList())
        {
            Assert.Contains("is missing: offsets", (await Assert.ThrowsAsync<StorageException>(() => feed)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_is_told_to_stop_stops()
    {
        var feeds = Feeds(Orders(await StoredAsync(1), 2));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(feeds[0], cancellation: stop.Token));
        Assert.InRange((await ReadAsync(feeds[1])).Count, Records / 3, Records);
    }

    private List<IRecordFeed> Feeds(IReadOnlyList<RestorePartition> orders)
    {
        var topic = new RepartitionedTopic(orders, new RecordRestorer(new RestoreSection { IncludesOriginalOffset = true }, orders[0].Rules, new RestoreProgress(new NodeProgress())), _store, new RequestPermit(PermitUser.OfRestore("attempt"), 1, 1));
        topic.Permit.Grant();
        return [.. orders.Select(topic.FeedOf)];
    }

    private static async Task<List<TestRecord>> ReadAsync(IRecordFeed feed, int most = int.MaxValue, CancellationToken cancellation = default)
    {
        var records = new List<TestRecord>();
        await foreach (var record in feed.ReadAsync(cancellation))
        {
            records.Add(TestRecords.Copy(record));
            if (records.Count == most)
            {
                break;
            }
        }

        return records;
    }

    private static string Source(TestRecord record) => Convert.ToHexString(record.Headers[^1].Value!);

    private static List<RestorePartition> Orders(IReadOnlyList<RestoredSource> sources, int targets)
    {
        var share = new RestoredShare(sources, new Repartitioning(RepartitioningStrategy.Murmur2, targets));
        return [.. Enumerable.Range(0, targets).Select(number => RestorePartition.Of("orders", new PartitionId("restored", number), share))];
    }

    /// <summary>Partitions of several segments each, whose times interlock.</summary>
    private async Task<List<RestoredSource>> StoredAsync(int partitions)
    {
        const int Parts = 4;
        var sources = new List<RestoredSource>();
        foreach (var partition in Enumerable.Range(0, partitions))
        {
            var segments = new List<ManifestSegment>();
            foreach (var part in Enumerable.Range(0, Parts))
            {
                var records = new TestRecords();
                for (var offset = part * Records / Parts; offset < (part + 1) * Records / Parts; offset++)
                {
                    records.Add($"key-{offset % 100}", $"{partition}-{offset}", offset: offset);
                }

                var key = $"nightly/topics/orders/partition={partition}/segment-{part * Records / Parts:00000000000000000000}-1-5f71a4fadd0b.bin";
                segments.Add(await StoredSegment.StoreAsync(_store, key, records) with { StartTimestamp = (10 * part) + partition });
            }

            sources.Add(new RestoredSource(new PartitionId("orders", partition), segments));
        }

        return sources;
    }
}
