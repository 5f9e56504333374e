using KafkaBackup.Shared.Ledger;
using Xunit;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class OffsetRangesTests
{
    [Fact]
    public void A_union_is_sorted_and_joins_ranges_that_overlap_or_touch()
    {
        OffsetRange[] ranges = [new(30, 40), new(0, 10), new(5, 8), new(10, 12), new(11, 15), new(20, 20)];

        Assert.Equal([new(0, 15), new(30, 40)], OffsetRanges.Union(ranges));
    }

    [Theory]
    [InlineData(0, 5, "[0, 5)")]
    [InlineData(0, 100, "[0, 10) [20, 30) [40, 100)")]
    [InlineData(12, 35, "[20, 30)")]
    [InlineData(10, 20, "")]
    [InlineData(15, 16, "")]
    [InlineData(20, 30, "[20, 30)")]
    [InlineData(39, 41, "[40, 41)")]
    [InlineData(50, 50, "")]
    public void Outside_of_a_union_lie_the_parts_that_it_does_not_hold(long start, long next, string expected)
    {
        List<OffsetRange> union = [new(10, 20), new(30, 40)];

        Assert.Equal(expected, string.Join(' ', OffsetRanges.Outside(new OffsetRange(start, next), union)));
    }
}
