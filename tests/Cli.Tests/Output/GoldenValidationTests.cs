using System.Text.Json;
using KafkaBackup.Cli.Output;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Validation;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Output;

/// <summary>Every golden backup gets the verdict that its records deserve, whatever OSO's tool says of it.</summary>
public sealed class GoldenValidationTests
{
    public static TheoryData<string> Samples => [.. Golden.Samples];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_deep_validation_finds_what_is_expected(string sample)
    {
        var expected = JsonDocument.Parse(Golden.Text(sample, "expected.json")).RootElement;

        var report = await ValidateAsync(sample, isDeep: true);

        Assert.Equal(expected.GetProperty("verdict").GetString() switch
        {
            "valid" => ValidationVerdict.Valid,
            "valid-with-gaps" => ValidationVerdict.ValidWithGaps,
            _ => ValidationVerdict.Invalid,
        }, report.Verdict);
        Assert.Equal(expected.GetProperty("records").GetInt64(), report.Partitions.Sum(partition => partition.Records));
        foreach (var partition in expected.GetProperty("partitions").EnumerateArray())
        {
            var id = new PartitionId(partition.GetProperty("topic").GetString()!, partition.GetProperty("partition").GetInt32());
            var found = report.Partitions.Single(candidate => candidate.Partition == id);
            var gaps = Ranges(partition, "recorded_gaps");

            Assert.Equal(partition.GetProperty("missing_inside_segments").GetInt64(), found.MissingInside);
            Assert.Equal(gaps, found.Gaps);
            Assert.Equal(Ranges(partition, "missing_between_segments").Except(gaps), found.Holes.Concat(found.Unexplained));
            Assert.Equal(Offsets(Ranges(partition, "overlaps")), Offsets(found.Overlaps));
            Assert.Equal(
                partition.GetProperty("mismatches").EnumerateArray().Select(mismatch => mismatch[0].GetString()).Distinct(),
                found.Problems.Select(problem => problem.Split(": ")[0]).Distinct());
        }
    }

    [Theory]
    [InlineData("hole", "sensor:0: hole: offsets 200-703 (504) are in no segment")]
    [InlineData("hole-failed-upload", "meter:0: hole: offsets 80-119 (40) are in no segment")]
    [InlineData("gap", "metrics:1: recorded gap: offsets 100-199 (100) were gone at the source")]
    [InlineData("overlapping", "clicks:1: overlap: offsets 50-59 are in more than one segment")]
    [InlineData("compacted", "profiles:0: unexplained: offsets 351, 418, 507 between segments have no record. 361 offsets")]
    [InlineData("transactions", "records look like transaction markers")]
    public async Task What_is_found_is_told_in_a_sentence(string sample, string sentence) =>
        Assert.Contains(sentence, ValidationText.Render(await ValidateAsync(sample, isDeep: true)), StringComparison.Ordinal);

    [Fact]
    public async Task The_markers_that_OSO_stored_as_records_are_counted() =>
        Assert.Equal(15, (await ValidateAsync("transactions", isDeep: true)).Partitions.Sum(partition => partition.Markers));

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Without_a_deep_look_the_same_holes_are_seen(string sample)
    {
        var (quick, deep) = (await ValidateAsync(sample, isDeep: false), await ValidateAsync(sample, isDeep: true));

        Assert.Equal(deep.Partitions.SelectMany(partition => partition.Holes), quick.Partitions.SelectMany(partition => partition.Holes));
        Assert.Equal(deep.Verdict, quick.Verdict);
    }

    private static Task<ValidationReport> ValidateAsync(string sample, bool isDeep) =>
        new BackupValidator(new FileSystemObjectStore(Golden.StoreOf(sample))).ValidateAsync(sample, isDeep, (_, _) => { }, CancellationToken.None);

    private static List<OffsetRange> Ranges(JsonElement partition, string name) =>
        [.. partition.GetProperty(name).EnumerateArray().Select(range => new OffsetRange(range[0].GetInt64(), range[1].GetInt64()))];

    private static IEnumerable<long> Offsets(IEnumerable<OffsetRange> ranges) =>
        ranges.SelectMany(range => Enumerable.Range(0, (int)range.Length).Select(i => range.Base + i)).Distinct().Order();
}
