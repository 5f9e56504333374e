using System.Runtime.InteropServices;
using KafkaBackup.Shared.Compression;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Segments;

/// <summary>Opens stored bytes as a stream of what was compressed into them. Nothing is decompressed before it is read.</summary>
internal static class BodyStreams
{
    /// <summary>A stream over <paramref name="stored"/>.</summary>
    public static Stream Open(ReadOnlyMemory<byte> stored, CompressionCodec codec) => codec switch
    {
        CompressionCodec.None => Plain(stored),
        CompressionCodec.Zstd => ZstdEngines.Current.OpenDecompression(Plain(stored)),
        CompressionCodec.Lz4 => new Lz4BlockStream(stored),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    /// <summary>Whether an exception of such a stream says that what is stored is damaged.</summary>
    public static bool IsDamage(Exception e) => e is ZstdFrameException or IOException or InvalidDataException;

    private static MemoryStream Plain(ReadOnlyMemory<byte> stored) => MemoryMarshal.TryGetArray(stored, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(stored.ToArray(), writable: false);
}
