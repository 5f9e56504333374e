using System.Text;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class ManifestJsonTests
{
    private const string Minimal = """{"backup_id":"b","created_at":1,"topics":[]}""";

    private const string OnePartition = """
        {"backup_id":"b","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":0,"segments":[
          {"key":"b/s","start_offset":0,"end_offset":9,"start_timestamp":1,"end_timestamp":2,"record_count":10}]}]}]}
        """;

    [Theory]
    [InlineData("plain")]
    [InlineData("incremental")]
    [InlineData("incremental-snapshot")]
    [InlineData("gap")]
    [InlineData("overlapping")]
    [InlineData("hole")]
    [InlineData("lz4")]
    public void A_manifest_of_OSO_is_the_same_bytes_when_read_and_written_again(string sample)
    {
        var original = Golden.Bytes(sample, "manifest.json");

        var again = ManifestJson.Write(ManifestJson.Read(original, "m"));

        Assert.Equal(Encoding.UTF8.GetString(original), Encoding.UTF8.GetString(again));
        Assert.True(original.AsSpan().SequenceEqual(again));
    }

    [Fact]
    public void A_manifest_of_an_old_release_reads_with_its_absent_fields_empty()
    {
        var manifest = Golden.Manifest("legacy");

        Assert.Null(manifest.SourceClusterId);
        Assert.Empty(manifest.SourceBrokers);
        Assert.Equal("", manifest.Compression);
        var topic = Assert.Single(manifest.Topics);
        Assert.Null(topic.OriginalPartitionCount);
        Assert.All(topic.Partitions, p => Assert.Empty(p.Gaps));
        Assert.Equal(270, topic.Partitions.SelectMany(p => p.Segments).Sum(s => s.RecordCount));
        Assert.All(topic.Partitions.SelectMany(p => p.Segments), s => Assert.Equal(0, s.UncompressedSize + s.CompressedSize));
    }

    [Fact]
    public void A_partition_without_gaps_has_no_gaps_field()
    {
        var text = Encoding.UTF8.GetString(ManifestJson.Write(Read(OnePartition)));

        Assert.DoesNotContain("gaps", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_count_that_is_not_known_is_written_as_null()
    {
        var text = Encoding.UTF8.GetString(ManifestJson.Write(Read(OnePartition)));

        Assert.Contains("\"original_partition_count\": null,\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Non_ascii_text_is_written_as_it_is()
    {
        var text = Encoding.UTF8.GetString(ManifestJson.Write(Read(Minimal) with { BackupId = "größe-<ä>&'+" }));

        Assert.Contains("\"größe-<ä>&'+\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_fields_are_written_again_behind_the_others()
    {
        var manifest = Read("""{"backup_id":"b","extra":{"deep":[1,"<ä>"]},"created_at":1,"topics":[{"name":"t","more":null,"partitions":[]}]}""");

        var text = Encoding.UTF8.GetString(ManifestJson.Write(manifest)).ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal);

        Assert.EndsWith("\"partitions\":[],\"more\":null}],\"extra\":{\"deep\":[1,\"<ä>\"]}}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fields_of_later_releases_keep_their_values()
    {
        var text = OnePartition.Replace("\"record_count\":10", "\"record_count\":10,\"sha256\":\"ab\",\"uploaded_at\":7", StringComparison.Ordinal)
            .Replace("\"segments\"", "\"pruned\":[{\"start_offset\":0,\"end_offset\":9,\"reason\":\"manual\"}],\"segments\"", StringComparison.Ordinal);

        var partition = ManifestJson.Read(ManifestJson.Write(Read(text)), "m").Topics[0].Partitions[0];

        Assert.Equal(("ab", 7), (partition.Segments[0].Sha256, partition.Segments[0].UploadedAt));
        Assert.Equal((0, 9, "manual"), (partition.Pruned[0].StartOffset, partition.Pruned[0].EndOffset, partition.Pruned[0].Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"created_at":1,"topics":[]}""")]
    [InlineData("""{"backup_id":"b","topics":[]}""")]
    [InlineData("""{"backup_id":"b","created_at":1}""")]
    [InlineData("""{"backup_id":"b","created_at":"1","topics":[]}""")]
    [InlineData("""{"backup_id":"b","created_at":1.5,"topics":[]}""")]
    [InlineData("""{"backup_id":null,"created_at":1,"topics":[]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":null}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[null]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[],"source_brokers":[null]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[],"topics":[]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[]} and more""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"","partitions":[]}]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"t","original_partition_count":-1,"partitions":[]}]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":-1,"segments":[]}]}]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":0,"segments":[null]}]}]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":0,"segments":[],"gaps":null}]}]}""")]
    [InlineData("""
        {"backup_id":"b","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":0,"segments":[],
          "gaps":[{"start_offset":-4,"end_offset":2,"reason":"r","detected_at":1}]}]}]}
        """)]
    public void What_is_no_manifest_is_refused_with_its_key(string text)
    {
        var failure = Assert.Throws<StorageException>(() => Read(text));

        Assert.Equal("b/manifest.json", failure.Key);
        Assert.Contains("'b/manifest.json' cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"record_count\":10", "\"record_count\":-10")]
    [InlineData("\"start_offset\":0", "\"start_offset\":-1")]
    [InlineData("\"record_count\":10", "\"record_count\":10,\"compressed_size\":-1")]
    [InlineData("\"record_count\":10", "\"record_count\":10,\"uncompressed_size\":-1")]
    [InlineData("\"key\":\"b/s\"", "\"key\":\"\"")]
    [InlineData("\"key\":\"b/s\",", "")]
    [InlineData("\"record_count\":10", "\"record_count\":\"10\"")]
    public void A_segment_with_an_impossible_field_is_refused(string field, string impossible)
    {
        Assert.Throws<StorageException>(() => Read(OnePartition.Replace(field, impossible, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_manifest_cut_off_anywhere_is_refused()
    {
        var whole = Golden.Bytes("gap", "manifest.json");

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<StorageException>(() => ManifestJson.Read(whole.AsSpan(0, length), "m"));
        }
    }

    private static BackupManifest Read(string text) => ManifestJson.Read(Encoding.UTF8.GetBytes(text), "b/manifest.json");
}
