using System.Text;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Kafka;

public sealed class Murmur2Tests
{
    /// <summary>As Kafka's own tests of its clients have them.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void It_is_the_hash_of_Kafkas_clients(string key, int hash) => Assert.Equal(hash, unchecked((int)Murmur2.Hash(Encoding.UTF8.GetBytes(key))));

    [Theory]
    [InlineData("21", 5, 0)] // The hash without its sign is 1,173,551,340.
    [InlineData("abc", 12, 3)]
    public void A_key_has_the_partition_that_a_Java_producer_chooses(string key, int partitions, int partition) =>
        Assert.Equal(partition, Murmur2.PartitionOf(Encoding.UTF8.GetBytes(key), partitions));

    [Fact]
    public void Records_without_a_key_and_all_where_keys_do_not_matter_are_spread()
    {
        var (byKey, spread) = (new Repartitioning(RepartitioningStrategy.Murmur2, 3), new Repartitioning(RepartitioningStrategy.Automatic, 3));

        Assert.Equal([1, 2, 0, 1], Enumerable.Range(0, 4).Select(offset => byKey.PartitionOf(NullableSpan.Null, source: 1, offset)));
        Assert.Equal([2, 0, 1, 2], Enumerable.Range(0, 4).Select(offset => spread.PartitionOf(NullableSpan.Of([1]), source: 2, offset)));
        Assert.Single(Enumerable.Range(0, 4).Select(offset => byKey.PartitionOf(NullableSpan.Of([1]), source: 2, offset)).Distinct());
        Assert.InRange(byKey.PartitionOf(NullableSpan.Of([]), source: 0, offset: 5), 0, 2); // An empty key is one.
    }
}
