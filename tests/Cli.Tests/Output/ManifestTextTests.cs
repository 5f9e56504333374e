using System.Globalization;
using System.Text.RegularExpressions;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Testing;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace KafkaBackup.Cli.Tests.Output;

public sealed class ManifestTextTests
{
    private static readonly BackupManifest Small = new()
    {
        BackupId = "b1",
        CreatedAt = 1_755_522_569_000,
        SourceClusterId = "abc",
        SourceBrokers = ["k1:9092", "k2:9092"],
        Compression = "zstd",
        Topics =
        [
            new ManifestTopic
            {
                Name = "orders",
                OriginalPartitionCount = 3,
                Partitions =
                [
                    new ManifestPartition { PartitionId = 10, Segments = [Segment(0, 1499, 1_700_000_000_000, 2_000_000, 500_000)] },
                    new ManifestPartition
                    {
                        PartitionId = 2,
                        Segments = [Segment(0, 99, 1_700_000_100_000, 1000, 500), Segment(250, 259, 1_700_000_000_500, 100, 55)],
                        Gaps =
                        [
                            new ManifestGap { StartOffset = 100, EndOffset = 250, Reason = "offset_out_of_range", DetectedAt = 1_755_522_570_000 },
                        ],
                    },
                ],
            },
            new ManifestTopic { Name = "empty", OriginalPartitionCount = 1, Partitions = [] },
        ],
    };

    [Fact]
    public void Records_without_a_timestamp_are_not_the_oldest()
    {
        var segments = new[] { Segment(0, 9, 1_700_000_000_000, 1, 1), Segment(10, 19, -1, 1, 1) with { EndTimestamp = -1 } };
        var (both, none) = (WithSegments(segments), WithSegments(segments[1]));

        Assert.Contains("first record  2023-11-14T22:13:20.000Z", DescribeText.Render(both), StringComparison.Ordinal);
        Assert.Contains("first record  without a timestamp", DescribeText.Render(none), StringComparison.Ordinal);

        static BackupManifest WithSegments(params ManifestSegment[] segments) => Small with
        {
            Topics = [new ManifestTopic { Name = "t", Partitions = [new ManifestPartition { PartitionId = 0, Segments = [.. segments] }] }],
        };
    }

    [Fact]
    public void Describe_shows_the_whole_backup()
    {
        const string expected = """
            Backup b1
              created         2025-08-18T13:09:29.000Z
              source cluster  abc
              source brokers  k1:9092, k2:9092
              compression     zstd

            Totals
              topics        2
              partitions    2
              segments      3
              records       1,610
              stored        488.8 KiB (500,555 bytes)
              uncompressed  1.9 MiB (2,001,100 bytes)
              ratio         25.0 % of uncompressed
              first record  2023-11-14T22:13:20.000Z
              last record   2023-11-14T22:15:00.001Z
              gaps          1 (150 offsets were gone at the source)

            Topic empty
              0 partitions with data, 1 at the source

            Topic orders
              2 partitions with data, 3 at the source
              partition  offsets  records  segments  gaps
              2            0-259      110         2     1
                gap [100, 250) offset_out_of_range, detected 2025-08-18T13:09:30.000Z
              10          0-1499    1,500         1     0

            """;

        Assert.Equal(expected, DescribeText.Render(Small));
    }

    [Fact]
    public void Describe_of_an_old_release_says_what_was_not_recorded()
    {
        const string expected = """
            Backup legacy
              created         2023-11-14T22:15:00.000Z
              source cluster  not recorded
              source brokers  not recorded
              compression     not recorded

            Totals
              topics        1
              partitions    2
              segments      5
              records       270
              stored        not recorded
              uncompressed  not recorded
              ratio         not known
              first record  2023-11-14T22:13:20.000Z
              last record   2023-11-14T22:13:40.413Z
              gaps          none

            Topic orders
              2 partitions with data, number at the source not recorded
              partition  offsets  records  segments  gaps
              0            0-149      150         3     0
              1            0-119      120         2     0

            """;

        Assert.Equal(expected, DescribeText.Render(Golden.Manifest("legacy")));
    }

    [Fact]
    public void Describe_of_a_backup_without_topics_has_no_records()
    {
        var text = DescribeText.Render(Small with { Topics = [] });

        Assert.Contains("  stored        0 bytes\n", text, StringComparison.Ordinal);
        Assert.EndsWith("  first record  none\n  last record   none\n  gaps          none\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gap")]
    [InlineData("incremental-snapshot")]
    public void Describe_counts_as_OSO_does(string sample)
    {
        var theirs = Golden.Text(sample, "describe.txt");

        var ours = DescribeText.Render(Golden.Manifest(sample));

        Assert.Equal(Number(theirs, "Total Topics:"), Number(ours, "topics"));
        Assert.Equal(Number(theirs, "Total Partitions:"), Number(ours, "partitions"));
        Assert.Equal(Number(theirs, "Total Segments:"), Number(ours, "segments"));
        Assert.Equal(Number(theirs, "Total Records:"), Number(ours, "records"));
        Assert.Equal(Number(theirs, "Compression Ratio:"), Number(ours, "ratio"));
    }

    [Fact]
    public void Names_cannot_command_the_terminal()
    {
        var evil = Small with { BackupId = "a\e[31m\u202eb", Topics = [Small.Topics[1] with { Name = "x\ny" }] };

        Assert.StartsWith("Backup a?[31m?b\n", DescribeText.Render(evil), StringComparison.Ordinal);
        Assert.Contains("Topic x?y\n", DescribeText.Render(evil), StringComparison.Ordinal);
        Assert.Contains("x?y", ListText.Render(evil), StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_no_calendar_has_is_shown_as_a_number()
    {
        var text = DescribeText.Render(Small with { CreatedAt = long.MaxValue });

        Assert.Contains("created         9223372036854775807 ms\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1023, "1,023 bytes")]
    [InlineData(1024, "1.0 KiB (1,024 bytes)")]
    [InlineData(1_048_575, "1.0 MiB (1,048,575 bytes)")]
    [InlineData(5_905_580_032, "5.5 GiB (5,905,580,032 bytes)")]
    [InlineData(long.MaxValue, "8.0 EiB (9,223,372,036,854,775,807 bytes)")]
    public void A_size_is_shown_round_and_exact(long bytes, string expected)
    {
        Assert.Equal(expected, PlainText.Size(bytes));
    }

    [Fact]
    public void List_shows_how_much_of_each_topic_there_is()
    {
        const string expected = """
            Backup b1
              created         2025-08-18T13:09:29.000Z
              source cluster  abc
              topics          2

              topic   partitions  segments  records
              empty            0         0        0
              orders           2         3    1,610

            """;

        Assert.Equal(expected, ListText.Render(Small));
    }

    [Fact]
    public void Yaml_has_the_fields_of_the_json_in_their_order()
    {
        const string expected = """
            backup_id: b1
            created_at: 1755522569000
            source_cluster_id: abc
            source_brokers:
            - "k1:9092"
            - "k2:9092"
            compression: zstd
            topics:
            - name: orders
              original_partition_count: 3
              partitions:
              - partition_id: 2
                segments:
                - key: b1/topics/orders/partition=2/segment-00000000000000000000.bin
                  start_offset: 0
                  end_offset: 99
                  start_timestamp: 1700000100000
                  end_timestamp: 1700000100001
                  record_count: 100
                  uncompressed_size: 1000
                  compressed_size: 500
                gaps:
                - start_offset: 100
                  end_offset: 250
                  reason: offset_out_of_range
                  detected_at: 1755522570000
            - name: empty
              original_partition_count: null
              partitions: []

            """;
        var orders = Small.Topics[0];
        var partition = orders.Partitions[1];
        var segment = partition.Segments[0] with { Key = "b1/topics/orders/partition=2/segment-00000000000000000000.bin" };
        var manifest = Small with
        {
            Topics =
            [
                orders with { Partitions = [partition with { Segments = [segment] }] },
                Small.Topics[1] with { OriginalPartitionCount = null },
            ],
        };

        Assert.Equal(expected, YamlText.Write(ManifestJson.ToElement(manifest)));
    }

    [Theory]
    [InlineData("123")]
    [InlineData("true")]
    [InlineData("No")]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("a: b")]
    [InlineData("1e5")]
    [InlineData("größe\n\"x\"")]
    public void Text_that_looks_like_something_else_stays_text_in_yaml(string value)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(YamlText.Write(ManifestJson.ToElement(Small with { BackupId = value }))));

        var scalar = (YamlScalarNode)((YamlMappingNode)yaml.Documents[0].RootNode)["backup_id"];
        Assert.Equal(value, scalar.Value);
        Assert.Equal(YamlDotNet.Core.ScalarStyle.DoubleQuoted, scalar.Style);
    }

    private static decimal Number(string text, string label)
    {
        var match = Regex.Match(text, $@"{Regex.Escape(label)}\s+(?<number>[0-9.,]+)", RegexOptions.NonBacktracking);
        return decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
    }

    private static ManifestSegment Segment(long start, long end, long timestamp, long raw, long stored) => new()
    {
        Key = $"b1/s{start}",
        StartOffset = start,
        EndOffset = end,
        StartTimestamp = timestamp,
        EndTimestamp = timestamp + 1,
        RecordCount = end - start + 1,
        UncompressedSize = raw,
        CompressedSize = stored,
    };
}
