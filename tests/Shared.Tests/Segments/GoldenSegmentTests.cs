using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Segments that OSO's tool wrote, and what an independent decoder found in them.</summary>
public sealed class GoldenSegmentTests
{
    public static TheoryData<string> Samples => [.. Golden.Samples];

    [Fact]
    public void There_are_sixteen_samples() => Assert.Equal(16, Golden.Samples.Count);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_record_is_read_as_it_was_stored(string sample) =>
        Assert.All(Golden.Stored(sample), s =>
        {
            using var segment = SegmentRecords.Open(Golden.Object(sample, s.Key), s.Key);

            Assert.Equal(s.Records.Select(r => r.ToString()), TestRecords.CopyAll(segment).Select(r => r.ToString()));
        });

    [Theory]
    [MemberData(nameof(Samples))]
    public void No_object_is_left_out(string sample)
    {
        var root = Golden.StoreOf(sample);
        var files = Directory.EnumerateFiles(root, "*.bin*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f));

        Assert.Equal(files.Order(StringComparer.Ordinal), Golden.Stored(sample).Select(s => s.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void What_a_segment_holds_is_known_as_soon_as_it_is_open(string sample) =>
        Assert.All(Golden.Stored(sample), s =>
        {
            using var segment = SegmentRecords.Open(Golden.Object(sample, s.Key), s.Key);

            Assert.Equal(
                (CompressionCodecNames.OfKey(s.Key), s.Records.Count, s.Records[0].Offset, s.Records[^1].Offset),
                (segment.Codec, segment.RecordCount, segment.StartOffset, segment.EndOffset));
        });

    [Fact]
    public void Writing_the_same_records_gives_the_same_objects() =>
        Assert.All(Golden.Stored("plain"), s => Assert.Equal(Golden.Object("plain", s.Key), Segment.Bytes(Segment.Bare, s.Records)));

    [Fact]
    public void Offset_headers_are_those_that_the_tool_adds()
    {
        var settings = Segment.Bare with { IncludeOffsetHeaders = true, SourceClusterId = "golden-source" };

        Assert.All(Golden.Stored("plain"), s =>
        {
            var asProduced = s.Records.Select(r => r with { Headers = [.. r.Headers.SkipLast(3)] });

            Assert.Equal(Golden.Object("plain", s.Key), Segment.Bytes(settings, asProduced));
        });
    }

    [Fact]
    public void A_segment_is_full_where_the_tool_cut_it()
    {
        using var writer = new SegmentWriter(Segment.BareZstd with { MaxBytes = 20_000 });
        var cutBySize = Golden.Stored("zstd").GroupBy(s => Path.GetDirectoryName(s.Key)).SelectMany(partition => partition.SkipLast(1)).ToList();

        Assert.Equal(4, cutBySize.Count);
        Assert.All(cutBySize, s =>
        {
            var cursor = TestRecords.Cursor(s.Records);
            var full = new List<bool>();
            while (cursor.MoveNext())
            {
                writer.Append(cursor);
                full.Add(writer.IsFull);
            }

            writer.Seal().Dispose();
            Assert.DoesNotContain(true, full.SkipLast(1));
            Assert.True(full[^1]);
        });
    }
}
