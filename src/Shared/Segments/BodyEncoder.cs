using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Segments;

/// <summary>Turns a segment's body, block by block, into what is stored of it. For one segment after another; not thread-safe.</summary>
internal abstract class BodyEncoder : IDisposable
{
    /// <summary>The encoder of a codec. Blocks have up to <see cref="ChunkedBuffer.ChunkSize"/> bytes.</summary>
    public static BodyEncoder For(SegmentSettings settings) => settings.Codec switch
    {
        CompressionCodec.None => new Plain(),
        CompressionCodec.Zstd => new ZstdBodyEncoder(settings.Level),
        CompressionCodec.Lz4 => new Lz4BodyEncoder(),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Codec, null),
    };

    /// <summary>Starts a body, right behind the header.</summary>
    public virtual void Begin(ChunkedBuffer target)
    {
    }

    /// <summary>Writes a block, or as much of it as can be written before the next is known.</summary>
    public abstract void Write(ReadOnlySpan<byte> block, ChunkedBuffer target);

    /// <summary>Ends the body; <paramref name="uncompressedSize"/> is the length of all its blocks.</summary>
    public virtual void End(ChunkedBuffer target, long uncompressedSize)
    {
    }

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }

    private sealed class Plain : BodyEncoder
    {
        public override void Write(ReadOnlySpan<byte> block, ChunkedBuffer target) => target.Write(block);
    }
}
