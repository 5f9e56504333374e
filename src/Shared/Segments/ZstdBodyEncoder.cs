using System.Buffers;
using ZstdNet;

namespace KafkaBackup.Shared.Segments;

/// <summary>Makes each block a zstd frame of its own, which the format allows and which is faster than one long stream.</summary>
internal sealed class ZstdBodyEncoder(int level) : BodyEncoder
{
    private readonly Compressor _compressor = new(new CompressionOptions(level));
    private readonly byte[] _frame = ArrayPool<byte>.Shared.Rent(Compressor.GetCompressBound(ChunkedBuffer.ChunkSize));

    public override void Write(ReadOnlySpan<byte> block, ChunkedBuffer target) =>
        target.Write(_frame.AsSpan(0, _compressor.Wrap(block, _frame, 0)));

    public override void Dispose()
    {
        _compressor.Dispose();
        ArrayPool<byte>.Shared.Return(_frame);
    }
}
