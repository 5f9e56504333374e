using Confluent.Kafka;
using KafkaBackup.Cli.Demo;
using Xunit;

namespace KafkaBackup.Cli.Tests;

/// <summary>The demo's comparison of what was there with what is restored.</summary>
public sealed class ShopContentsTests
{
    private static readonly TopicPartition Orders = new("orders", 0);
    private static readonly ShopRecord[] Records = [new(3, "a", "one"), new(4, "b", "two"), new(9, "a", "three")];

    [Fact]
    public void The_same_records_at_other_offsets_are_the_same()
    {
        var (isSame, table) = Contents(Records, Records[1]).CompareWith(Contents([.. Records.Select((record, i) => record with { Offset = i })], Records[1] with { Offset = 1 }));

        Assert.True(isSame);
        Assert.Equal("""
              partition  records before  records now  same
              orders:0                3            3   yes
              group              reads next before  reads next now  same
              billing, orders:0             b at 4          b at 1   yes

            """, table);
    }

    [Fact]
    public void A_record_that_differs_or_is_missing_or_has_another_place_is_told()
    {
        Assert.All(new ShopRecord[][] { [Records[0], Records[1]], [Records[0], Records[2], Records[1]], [.. Records[..2], new(9, "a", "four")], [.. Records, new(10, "c", "more")], [] }, other =>
        {
            var (isSame, table) = Contents(Records, null).CompareWith(Contents(other, null));

            Assert.False(isSame);
            Assert.Matches($"orders:0 +3 +{other.Length} +NO\n", table);
        });
    }

    [Fact]
    public void A_group_that_reads_another_record_next_or_is_not_set_is_told()
    {
        var before = Contents(Records, Records[1]);

        var (isSame, table) = before.CompareWith(Contents(Records, Records[2]));
        var (isSameUnset, unset) = before.CompareWith(new ShopContents(before.Records, new Dictionary<(string, TopicPartition), ShopRecord?>()));
        var (isSameAtEnd, atEnd) = before.CompareWith(Contents(Records, null));

        Assert.False(isSame || isSameUnset || isSameAtEnd);
        Assert.Matches("billing, orders:0 +b at 4 +a at 9 +NO\n", table);
        Assert.Matches("billing, orders:0 +b at 4 +not set +NO\n", unset);
        Assert.Matches("billing, orders:0 +b at 4 +the end +NO\n", atEnd);
    }

    private static ShopContents Contents(IReadOnlyList<ShopRecord> records, ShopRecord? next) => new(
        new Dictionary<TopicPartition, IReadOnlyList<ShopRecord>> { [Orders] = records },
        new Dictionary<(string, TopicPartition), ShopRecord?> { [("billing", Orders)] = next });
}
