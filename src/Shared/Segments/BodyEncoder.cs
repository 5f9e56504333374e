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

    /// <summary>Takes a block, and writes it, or as much of it as can be written by now.</summary>
    /// <param name="block">An array of <see cref="ChunkedBuffer.ChunkSize"/> from the <see cref="ChunkPool"/>, which is the encoder's from here on.</param>
    /// <param name="length">How much of it is the block.</param>
    /// <param name="target">What is written to.</param>
    /// <returns>Such an array for the next block.</returns>
    public abstract byte[] Write(byte[] block, int length, ChunkedBuffer target);

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
        public override byte[] Write(byte[] block, int length, ChunkedBuffer target)
        {
            target.Write(block.AsSpan(0, length));
            return block;
        }
    }
}
