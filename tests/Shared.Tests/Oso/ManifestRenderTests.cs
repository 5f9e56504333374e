using System.Text;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class ManifestRenderTests
{
    private static readonly Dictionary<string, int> NoCounts = [];

    [Fact]
    public void The_ledger_is_shown_in_the_format_of_OSO()
    {
        LedgerEntry[] entries =
        [
            Stored("orders", 0, 0, 100),
            Lost("orders", 0, 100, 250, 1755522570000),
        ];

        var manifest = ManifestView.Render(
            new BackupId("b1"), 1755522569000, "abc", ["k:9092"], "zstd", Counted(("orders", 3)), entries, null);

        const string expected = """
            {
              "backup_id": "b1",
              "created_at": 1755522569000,
              "source_cluster_id": "abc",
              "source_brokers": [
                "k:9092"
              ],
              "compression": "zstd",
              "topics": [
                {
                  "name": "orders",
                  "original_partition_count": 3,
                  "partitions": [
                    {
                      "partition_id": 0,
                      "segments": [
                        {
                          "key": "orders-0-0",
                          "start_offset": 0,
                          "end_offset": 99,
                          "start_timestamp": 1000,
                          "end_timestamp": 2000,
                          "record_count": 100,
                          "uncompressed_size": 9000,
                          "compressed_size": 1240
                        }
                      ],
                      "gaps": [
                        {
                          "start_offset": 100,
                          "end_offset": 250,
                          "reason": "offset_out_of_range",
                          "detected_at": 1755522570000
                        }
                      ]
                    }
                  ]
                }
              ]
            }
            """;
        Assert.Equal(expected, Encoding.UTF8.GetString(ManifestJson.Write(manifest)));
    }

    [Fact]
    public void Topics_partitions_and_segments_are_in_order_whatever_the_order_of_commits()
    {
        LedgerEntry[] entries =
        [
            Stored("b", 10, 50, 60), Stored("b", 10, 0, 50), Stored("b", 2, 0, 5), Stored("a", 0, 0, 1), Stored("B", 0, 0, 1),
        ];

        var manifest = Render(entries, NoCounts);

        Assert.Equal(["B", "a", "b"], manifest.Topics.Select(topic => topic.Name));
        Assert.Equal([2, 10], manifest.Topics[2].Partitions.Select(partition => partition.PartitionId));
        Assert.Equal([0, 50], manifest.Topics[2].Partitions[1].Segments.Select(segment => segment.StartOffset));
    }

    [Fact]
    public void A_topic_without_data_is_listed_without_partitions()
    {
        var manifest = Render([], new Dictionary<string, int> { ["empty"] = 4 });

        var topic = Assert.Single(manifest.Topics);
        Assert.Equal(("empty", 4), (topic.Name, topic.OriginalPartitionCount));
        Assert.Empty(topic.Partitions);
    }

    [Fact]
    public void A_partition_that_was_read_and_found_empty_is_not_listed()
    {
        var nothing = new LedgerEntry { Partition = new PartitionId("t", 0), Range = new OffsetRange(0, 10) };

        Assert.Empty(Assert.Single(Render([nothing], NoCounts).Topics).Partitions);
    }

    [Fact]
    public void A_segment_that_several_entries_name_is_listed_once()
    {
        var segment = Stored("t", 0, 0, 100).Segment;
        var entries = new[] { (0, 10), (40, 100) }.Select(
            r => new LedgerEntry { Partition = new PartitionId("t", 0), Range = new OffsetRange(r.Item1, r.Item2), Segment = segment });

        Assert.Single(Partition(Render(entries, NoCounts)).Segments);
    }

    [Fact]
    public void Adjacent_gaps_are_one_and_others_stay_apart()
    {
        LedgerEntry[] entries = [Lost("t", 0, 300, 310, 7), Lost("t", 0, 20, 30, 6), Lost("t", 0, 0, 20, 9)];

        Assert.Equal(
            [new ManifestGap { StartOffset = 0, EndOffset = 30, Reason = Gap.OffsetOutOfRange, DetectedAt = 6 }, Lost(300, 310, 7)],
            Partition(Render(entries, NoCounts)).Gaps);
    }

    [Fact]
    public void What_the_present_manifest_says_of_its_beginning_stays()
    {
        var existing = Render([], NoCounts) with { CreatedAt = 5, Compression = "lz4", SourceClusterId = "first", SourceBrokers = ["old:9092"] };

        var manifest = ManifestView.Render(new BackupId("b"), 9, null, [], "zstd", Counted(), [], existing);

        Assert.Equal((5, "lz4", "first"), (manifest.CreatedAt, manifest.Compression, manifest.SourceClusterId));
        Assert.Equal(["old:9092"], manifest.SourceBrokers);
    }

    [Fact]
    public void A_codec_that_the_present_manifest_does_not_tell_is_filled_in()
    {
        Assert.Equal("zstd", Render([], NoCounts, Golden.Manifest("legacy")).Compression);
    }

    [Fact]
    public void A_foreign_segment_with_offsets_that_no_entry_covers_stays()
    {
        var existing = Render([Stored("t", 0, 0, 100, "theirs")], NoCounts);

        var manifest = Render([Stored("t", 0, 0, 99)], NoCounts, existing);

        Assert.Equal(["t-0-0", "theirs"], Partition(manifest).Segments.Select(segment => segment.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_foreign_segment_whose_offsets_are_all_covered_goes()
    {
        var existing = Render([Stored("t", 0, 10, 90, "theirs")], NoCounts);

        var manifest = Render([Stored("t", 0, 0, 50), Stored("t", 0, 50, 100)], NoCounts, existing);

        Assert.Equal(["t-0-0", "t-0-50"], Partition(manifest).Segments.Select(segment => segment.Key));
    }

    [Fact]
    public void A_foreign_segment_with_impossible_offsets_stays()
    {
        var existing = Render([Stored("t", 0, 10, 90, "theirs")], NoCounts);
        existing = WithSegment(existing, segment => segment with { EndOffset = 3 });

        var manifest = Render([Stored("t", 0, 0, 100)], NoCounts, existing);

        Assert.Contains(Partition(manifest).Segments, segment => segment.Key == "theirs");
    }

    [Fact]
    public void What_the_ledger_says_of_a_segment_goes_before_what_the_present_manifest_does()
    {
        var entry = Stored("t", 0, 0, 100);
        var existing = WithSegment(Render([entry], NoCounts), segment => segment with { CompressedSize = 1 });

        Assert.Equal(1240, Assert.Single(Partition(Render([entry], NoCounts, existing)).Segments).CompressedSize);
    }

    [Fact]
    public void A_foreign_gap_is_cut_to_what_no_entry_covers()
    {
        var existing = Render([Lost("t", 0, 0, 100, 3)], NoCounts);

        var manifest = Render([Stored("t", 0, 20, 30)], NoCounts, existing);

        Assert.Equal([Lost(0, 20, 3), Lost(30, 100, 3)], Partition(manifest).Gaps);
    }

    [Fact]
    public void Topics_that_only_the_present_manifest_knows_stay_with_their_partition_count()
    {
        var existing = Render([Stored("gone", 0, 0, 5)], new Dictionary<string, int> { ["gone"] = 2, ["empty"] = 7 });

        var manifest = Render([], new Dictionary<string, int> { ["new"] = 1 }, existing);

        Assert.Equal([("empty", 7), ("gone", 2), ("new", 1)], manifest.Topics.Select(topic => (topic.Name, topic.OriginalPartitionCount ?? -1)));
        Assert.Single(manifest.Topics[1].Partitions);
    }

    [Fact]
    public void A_newer_partition_count_goes_before_the_present_one()
    {
        var existing = Render([], new Dictionary<string, int> { ["t"] = 2 });

        Assert.Equal(5, Render([], new Dictionary<string, int> { ["t"] = 5 }, existing).Topics[0].OriginalPartitionCount);
    }

    [Fact]
    public void Rendering_again_changes_nothing()
    {
        LedgerEntry[] entries = [Stored("t", 0, 0, 100), Lost("t", 0, 100, 120, 3), Lost("t", 0, 120, 150, 4), Stored("u", 3, 5, 6)];
        var once = Render(entries, NoCounts, Golden.Manifest("gap"));

        var twice = Render(entries, NoCounts, once);

        Assert.Equal(ManifestJson.Write(once), ManifestJson.Write(twice));
    }

    internal static LedgerEntry Stored(string topic, int partition, long @base, long next, string? key = null) => new()
    {
        Partition = new PartitionId(topic, partition),
        Range = new OffsetRange(@base, next),
        Segment = new SegmentInfo
        {
            Key = key ?? $"{topic}-{partition}-{@base}",
            StartOffset = @base,
            EndOffset = next - 1,
            MinTimestamp = 1000,
            MaxTimestamp = 2000,
            RecordCount = next - @base,
            UncompressedSize = 9000,
            CompressedSize = 1240,
        },
    };

    internal static LedgerEntry Lost(string topic, int partition, long @base, long next, long detectedAt) => new()
    {
        Partition = new PartitionId(topic, partition),
        Range = new OffsetRange(@base, next),
        Gap = new Gap(Gap.OffsetOutOfRange, detectedAt),
    };

    private static ManifestGap Lost(long @base, long next, long detectedAt) =>
        new() { StartOffset = @base, EndOffset = next, Reason = Gap.OffsetOutOfRange, DetectedAt = detectedAt };

    private static BackupManifest Render(IEnumerable<LedgerEntry> entries, Dictionary<string, int> counts, BackupManifest? existing = null) =>
        ManifestView.Render(
            new BackupId("b"), 1, null, [], "zstd", Counted([.. counts.Select(count => (count.Key, count.Value))]), entries, existing);

    private static Dictionary<string, TopicFacts> Counted(params (string Topic, int Partitions)[] counts) =>
        counts.ToDictionary(count => count.Topic, count => new TopicFacts(count.Topic, count.Partitions));

    private static ManifestPartition Partition(BackupManifest manifest) => Assert.Single(Assert.Single(manifest.Topics).Partitions);

    private static BackupManifest WithSegment(BackupManifest manifest, Func<ManifestSegment, ManifestSegment> change)
    {
        var topic = manifest.Topics[0];
        var partition = topic.Partitions[0];
        return manifest with { Topics = [topic with { Partitions = [partition with { Segments = [.. partition.Segments.Select(change)] }] }] };
    }
}
