using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Validation;
using Xunit;

namespace KafkaBackup.Shared.Tests.Validation;

/// <summary>What is said of a partition: segments as start-end/records, gaps and coverage as base-next.</summary>
public sealed class PartitionFindingsTests
{
    private static readonly PartitionId Partition = new("t", 0);

    [Theory]
    [InlineData("0-9/10 10-19/10", "", null, ValidationVerdict.Valid, "", "", "")]
    [InlineData("0-9/10 20-29/10", "10-20", null, ValidationVerdict.ValidWithGaps, "", "", "")]

    // Without a ledger evidence decides.
    [InlineData("0-9/10 20-29/10", "", null, ValidationVerdict.Invalid, "[10, 20)", "", "")]
    [InlineData("0-9/7 20-29/10", "", null, ValidationVerdict.Valid, "", "[10, 20)", "")]
    [InlineData("0-9/10 20-29/10", "10-15", null, ValidationVerdict.Invalid, "[15, 20)", "", "")]
    [InlineData("0-9/10 5-14/10", "", null, ValidationVerdict.Invalid, "", "", "[5, 10)")]
    [InlineData("0-9/10 0-9/10 0-4/5", "", null, ValidationVerdict.Invalid, "", "", "[0, 10)")]

    // With one it says what the backup answers for.
    [InlineData("0-9/10 20-29/10", "", "0-30", ValidationVerdict.Valid, "", "", "")]
    [InlineData("0-9/7 20-29/10", "", "0-10 20-30", ValidationVerdict.Invalid, "[10, 20)", "", "")]
    [InlineData("0-9/10 5-14/10", "", "0-15", ValidationVerdict.Valid, "", "", "[5, 10)")]
    [InlineData("0-9/10 10-19/10", "", "0-10", ValidationVerdict.Valid, "", "", "")]
    [InlineData("", "0-10", "0-10", ValidationVerdict.ValidWithGaps, "", "", "")]
    public void Holes_overlaps_and_gaps_are_told_apart(
        string segments, string gaps, string? ledger, ValidationVerdict verdict, string holes, string unexplained, string overlaps)
    {
        var report = PartitionFindings.Judge(
            Partition, [.. Pairs(segments).Select(Sound)], [Recorded([.. Pairs(gaps).Select(Gap)])],
            ledger is null ? null : Covering(ledger));

        Assert.Equal((verdict, holes, unexplained, overlaps),
            (report.Verdict, string.Join(' ', report.Holes), string.Join(' ', report.Unexplained), string.Join(' ', report.Overlaps)));
    }

    [Fact]
    public void What_cannot_be_read_cannot_be_restored()
    {
        var report = PartitionFindings.Judge(
            Partition, [Sound((0, 9, 10)), Sound((10, 19, 10)) with { IsReadable = false, Problems = ["damaged."] }, Sound((20, 29, 10))], [], null);

        Assert.Equal((ValidationVerdict.Invalid, "[0, 10) [20, 30)"), (report.Verdict, string.Join(' ', report.Restorable)));
    }

    [Fact]
    public void What_was_pruned_is_no_hole()
    {
        var pruned = Recorded([]) with { Pruned = [new ManifestPruned { StartOffset = 10, EndOffset = 19 }] };

        var report = PartitionFindings.Judge(Partition, [Sound((0, 9, 10)), Sound((20, 29, 10))], [pruned], null);

        Assert.Equal((ValidationVerdict.Valid, "[10, 20)"), (report.Verdict, string.Join(' ', report.Pruned)));
    }

    private static ManifestGap Gap((long A, long B, long Records) gap) =>
        new() { StartOffset = gap.A, EndOffset = gap.B, Reason = "offset_out_of_range", DetectedAt = 1 };

    private static ManifestPartition Recorded(IReadOnlyList<ManifestGap> gaps) => new() { PartitionId = 0, Segments = [], Gaps = gaps };

    private static SegmentEvidence Sound((long A, long B, long Records) segment) => new(new ManifestSegment
    {
        Key = $"{segment.A}",
        StartOffset = segment.A,
        EndOffset = segment.B,
        StartTimestamp = 1,
        EndTimestamp = 2,
        RecordCount = segment.Records,
    });

    private static Coverage Covering(string ranges)
    {
        var coverage = new Coverage();
        foreach (var (a, b, _) in Pairs(ranges))
        {
            coverage.Add(new OffsetRange(a, b));
        }

        return coverage;
    }

    private static IEnumerable<(long A, long B, long Records)> Pairs(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(item => item.Split('-', '/').Select(long.Parse).ToArray()).Select(parts => (parts[0], parts[1], parts.ElementAtOrDefault(2)));
}
