namespace KafkaBackup.Shared.Configuration;

/// <summary>What codecs are called: in the configuration and in manifests by name, in the names of segments by what follows <c>.bin</c>.</summary>
public static class CompressionCodecNames
{
    /// <summary>The names, in the order in which messages tell them.</summary>
    public static IReadOnlyList<string> All { get; } = ["zstd", "lz4", "none"];

    /// <summary>The codec's name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no codec.</exception>
    public static string Name(this CompressionCodec codec) => codec switch
    {
        CompressionCodec.None => "none",
        CompressionCodec.Zstd => "zstd",
        CompressionCodec.Lz4 => "lz4",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    /// <summary>What the name of a segment ends in after <c>.bin</c>: a dot and the codec, or nothing. Readers go by the header, not by the name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no codec.</exception>
    public static string Extension(this CompressionCodec codec) => codec switch
    {
        CompressionCodec.None => "",
        CompressionCodec.Zstd => ".zst",
        CompressionCodec.Lz4 => ".lz4",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    /// <summary>The codec of a name; null when no codec is called that.</summary>
    public static CompressionCodec? OfName(string? name) => name switch
    {
        "none" => CompressionCodec.None,
        "zstd" => CompressionCodec.Zstd,
        "lz4" => CompressionCodec.Lz4,
        _ => null,
    };

    /// <summary>The codec that a segment's key tells, for labels where the segment is not at hand.</summary>
    public static CompressionCodec OfKey(string key) =>
        key.EndsWith(CompressionCodec.Zstd.Extension(), StringComparison.Ordinal) ? CompressionCodec.Zstd
        : key.EndsWith(CompressionCodec.Lz4.Extension(), StringComparison.Ordinal) ? CompressionCodec.Lz4
        : CompressionCodec.None;
}
