using System.Text.Json;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Tests.Manifests;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Segments that OSO's tool wrote, and what an independent decoder found in them.</summary>
public sealed class GoldenSegmentTests
{
    [Theory]
    [InlineData("plain", 4, 510)]
    [InlineData("zstd", 8, 510)]
    public void Every_record_is_read_as_it_was_stored(string sample, int objects, int records)
    {
        var stored = Stored(sample);

        Assert.Equal((objects, records), (stored.Count, stored.Sum(s => s.Records.Count)));
        Assert.All(stored, s => Assert.Equal(s.Records.Select(r => r.ToString()), Segment.Read(Bytes(sample, s.Key)).Select(r => r.ToString())));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("zstd")]
    public void No_object_is_left_out(string sample)
    {
        var root = Golden.FileOf(sample, "store");
        var files = Directory.EnumerateFiles(root, "*.bin*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f));

        Assert.Equal(files.Order(), Stored(sample).Select(s => s.Key).Order());
    }

    [Theory]
    [InlineData("plain", CompressionCodec.None)]
    [InlineData("zstd", CompressionCodec.Zstd)]
    public void The_header_is_known_as_soon_as_a_segment_is_open(string sample, CompressionCodec codec) =>
        Assert.All(Stored(sample), s =>
        {
            using var reader = new SegmentReader(Bytes(sample, s.Key), s.Key);

            Assert.Equal(
                (codec, s.Records.Count, s.Records[0].Offset, s.Records[^1].Offset),
                (reader.Codec, reader.RecordCount, reader.StartOffset, reader.EndOffset));
        });

    [Fact]
    public void Writing_the_same_records_gives_the_same_objects() =>
        Assert.All(Stored("plain"), s => Assert.Equal(Bytes("plain", s.Key), Segment.Bytes(Segment.Bare, s.Records)));

    [Fact]
    public void Offset_headers_are_those_that_the_tool_adds()
    {
        var settings = Segment.Bare with { IncludeOffsetHeaders = true, SourceClusterId = "golden-source" };

        Assert.All(Stored("plain"), s =>
        {
            var asProduced = s.Records.Select(r => r with { Headers = [.. r.Headers.SkipLast(3)] });

            Assert.Equal(Bytes("plain", s.Key), Segment.Bytes(settings, asProduced));
        });
    }

    [Fact]
    public void A_segment_is_full_where_the_tool_cut_it()
    {
        using var writer = new SegmentWriter(Segment.BareZstd with { MaxBytes = 20_000 });
        var cutBySize = Stored("zstd").GroupBy(s => Path.GetDirectoryName(s.Key)).SelectMany(partition => partition.SkipLast(1)).ToList();

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

    private static byte[] Bytes(string sample, string key) => Golden.Bytes(sample, Path.Combine("store", key));

    private static List<(string Key, IReadOnlyList<TestRecord> Records)> Stored(string sample) =>
        [
            .. File.ReadLines(Golden.FileOf(sample, "stored.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement)
                .GroupBy(json => json.GetProperty("segment").GetString()!, Record)
                .Select(group => (group.Key, (IReadOnlyList<TestRecord>)[.. group])),
        ];

    private static TestRecord Record(JsonElement json) => new(
        json.GetProperty("offset").GetInt64(),
        json.GetProperty("timestamp").GetInt64(),
        Base64(json.GetProperty("key")),
        Base64(json.GetProperty("value")),
        [.. json.GetProperty("headers").EnumerateArray().Select(h => new TestHeader(System.Text.Encoding.UTF8.GetBytes(h[0].GetString()!), Base64(h[1])))]);

    private static byte[]? Base64(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : json.GetBytesFromBase64();
}
