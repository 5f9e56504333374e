using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class PlacesByTimeTests
{
    private static readonly PartitionId Source = new("orders", 0), Target = new("restored", 0);

    [Theory]
    [InlineData(10, 3)]
    [InlineData(11, 4)] // There is none: the next one counts.
    [InlineData(12, 4)]
    [InlineData(15, 3)] // It is older than the ones before it.
    [InlineData(16, 6)]
    [InlineData(17, 42)] // Behind the last one: as counted.
    [InlineData(0, 3)] // Before the first one.
    public async Task A_group_stands_at_the_first_record_that_is_no_older_than_its_next_one(long sourceOffset, long offset)
    {
        Assert.Equal([offset, 9], await FindAsync(sourceOffset, ofOthers: 40));
    }

    [Fact]
    public async Task Where_what_was_there_before_is_newer_the_counted_place_stands() => Assert.Equal([42, 9], await FindAsync(12, ofOthers: 500));

    private static async Task<IEnumerable<long>> FindAsync(long sourceOffset, long ofOthers)
    {
        var store = new MemoryObjectStore();
        var records = new TestRecords().Add("a", "1", offset: 10, timestamp: 100).Add("b", "2", offset: 12, timestamp: 300).Add("c", "3", offset: 15, timestamp: 50).Add("d", "4", offset: 16, timestamp: 400);
        var segment = await StoredSegment.StoreAsync(store, "nightly/topics/orders/partition=0/segment-00000000000000000010-1-5f71a4fadd0b.bin", records);
        var cluster = new FakeCluster().WithTopic("restored");
        foreach (var record in Enumerable.Repeat(new TestRecord(0, ofOthers, null, null, []), 3).Concat(records)) // What others wrote is not the restore's.
        {
            cluster.Log(Target).Append(record);
        }

        var orders = new Dictionary<PartitionId, RestorePartition>
        {
            [Target] = new RestorePartition(Source, Target, [segment]) { Base = 3 },
            [Target with { Number = 1 }] = new RestorePartition(Source with { Number = 1 }, Target with { Number = 1 }, []), // A group stands in it, and the backup holds nothing of it.
        };
        var found = await new PlacesByTime(store, cluster.Catalog).FindAsync(
            [new RestoredGroup("billing", [new GroupPlace(Target, sourceOffset, 42), new GroupPlace(Target with { Number = 1 }, 9, 9)], [])],
            orders, CancellationToken.None);

        return Assert.Single(found).Places.Select(place => place.Offset);
    }
}
