using CsCheck;
using KafkaBackup.Shared.Ledger;
using Xunit;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class CoverageTests
{
    private static readonly Gen<OffsetRange> Range =
        Gen.Select(Gen.Long[0, 40], Gen.Long[0, 12], (start, length) => new OffsetRange(start, start + length));

    [Fact]
    public void It_answers_as_a_plain_set_of_offsets_would() => Gen.Select(Range.List[0, 12], Range).Sample(
        (added, asked) =>
        {
            var (coverage, offsets) = (new Coverage(), new SortedSet<long>());
            foreach (var range in added)
            {
                Assert.Equal(Offsets(range).Any(offsets.Contains), coverage.Overlaps(range));
                if (!coverage.Overlaps(range))
                {
                    coverage.Add(range);
                    offsets.UnionWith(Offsets(range));
                }
            }

            Assert.Equal(offsets, coverage.Ranges.SelectMany(Offsets));
            Assert.Equal(offsets.Count == 0 ? null : offsets.Min, coverage.First);
            Assert.Equal(offsets.Count == 0 ? null : offsets.Max + 1, coverage.Position);
            Assert.Equal(Offsets(asked).Where(offset => !offsets.Contains(offset)), coverage.Uncovered(asked).SelectMany(Offsets));
            Assert.All(coverage.Uncovered(asked), part => Assert.False(part.IsEmpty));
        },
        iter: 10_000);

    [Fact]
    public void Adjacent_ranges_are_one() => Gen.Long[1, 30].List[1, 8].Sample(
        lengths =>
        {
            var coverage = new Coverage();
            var starts = lengths.Select((_, i) => lengths.Take(i).Sum()).ToList();
            foreach (var i in Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]))
            {
                coverage.Add(new OffsetRange(starts[i], starts[i] + lengths[i]));
            }

            Assert.Equal(new OffsetRange(0, lengths.Sum()), Assert.Single(coverage.Ranges));
        },
        iter: 1_000);

    [Theory]
    [InlineData(5, 11)]
    [InlineData(19, 25)]
    [InlineData(12, 13)]
    [InlineData(0, 40)]
    public void What_is_covered_cannot_be_added_again(long start, long next)
    {
        var coverage = new Coverage();
        coverage.Add(new OffsetRange(10, 20));

        Assert.Throws<InvalidOperationException>(() => coverage.Add(new OffsetRange(start, next)));
        Assert.Equal([new OffsetRange(10, 20)], coverage.Ranges);
    }

    private static IEnumerable<long> Offsets(OffsetRange range) => Enumerable.Range(0, (int)range.Length).Select(i => range.Base + i);
}
