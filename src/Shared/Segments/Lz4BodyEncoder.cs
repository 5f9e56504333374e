using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace KafkaBackup.Shared.Segments;

/// <summary>Makes one LZ4 block of all blocks, behind the length (u32) of what is in it.</summary>
/// <remarks>Always by the fast encoder: lz4 is chosen for its speed, and OSO has no levels for it either.</remarks>
internal sealed class Lz4BodyEncoder : BodyEncoder
{
    private readonly byte[] _compressed = new byte[LZ4Codec.MaximumOutputSize(ChunkedBuffer.ChunkSize)];
    private readonly Lz4BlockJoiner _joiner = new();

    public override void Begin(ChunkedBuffer target)
    {
        Span<byte> reserved = stackalloc byte[SegmentFormat.Lz4LengthSize];
        reserved.Clear();
        target.Write(reserved);
    }

    public override byte[] Write(byte[] block, int length, ChunkedBuffer target)
    {
        var compressed = LZ4Codec.Encode(block.AsSpan(0, length), _compressed, LZ4Level.L00_FAST);
        _joiner.Add(_compressed.AsSpan(0, compressed), target);
        return block;
    }

    public override void End(ChunkedBuffer target, long uncompressedSize)
    {
        _joiner.End(target);

        // The configuration keeps bodies below 4 GiB. Should one come all the same, then better no segment than one with half a length.
        BinaryPrimitives.WriteUInt32LittleEndian(target.First[SegmentFormat.HeaderSize..], checked((uint)uncompressedSize));
    }

    public override void Dispose() => _joiner.Dispose();
}
