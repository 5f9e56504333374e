using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class CompressionCodecNamesTests
{
    [Theory]
    [InlineData(CompressionCodec.None, "none", "")]
    [InlineData(CompressionCodec.Zstd, "zstd", ".zst")]
    [InlineData(CompressionCodec.Lz4, "lz4", ".lz4")]
    public void Each_codec_has_a_name_and_an_ending_and_is_found_by_both(CompressionCodec codec, string name, string extension)
    {
        Assert.Equal((name, extension), (codec.Name(), codec.Extension()));
        Assert.Equal(codec, CompressionCodecNames.OfName(name));
        Assert.Equal(codec, CompressionCodecNames.OfKey($"b/topics/t.lz4.zst.x/partition=0/segment-00000000000000000000-1-x.bin{extension}"));
        Assert.Equal(codec, Yaml.Parse(Yaml.With("backup.compression", name)).Backup.Compression);
        Assert.Equal(extension, new SegmentSettings { Codec = codec }.Extension);
    }

    [Fact]
    public void All_codecs_are_offered() =>
        Assert.Equal(Enum.GetValues<CompressionCodec>().Select(codec => codec.Name()).Order(StringComparer.Ordinal), CompressionCodecNames.All.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("gzip")]
    [InlineData("LZ4")]
    [InlineData("")]
    [InlineData(null)]
    public void No_codec_is_called_anything_else(string? name) => Assert.Null(CompressionCodecNames.OfName(name));
}
