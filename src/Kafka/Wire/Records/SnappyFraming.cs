using System.Buffers.Binary;
using Snappier;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>The two ways in which producers store Snappy: the framing of Java's snappy-java, and one bare block.</summary>
/// <remarks>The framing: magic, two version numbers of four bytes, then for each block its length in four bytes, big-endian, and its bytes.</remarks>
internal static class SnappyFraming
{
    private const int HeaderSize = 16;
    private const int Version = 1;

    /// <summary>How much Java's library puts into a block.</summary>
    private const int BlockSize = 32 * 1024;

    /// <summary>More than what a byte of a block can become: three of them make 64 at most.</summary>
    private const int MostGrowth = 22;

    private static ReadOnlySpan<byte> Magic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    public static void Decompress(ReadOnlySpan<byte> packed, PooledBuffer target, int maxBytes, in RecordBatchHeader header)
    {
        if (!packed.StartsWith(Magic))
        {
            DecompressBlock(packed, 0, target, maxBytes, header);
            return;
        }

        for (var at = HeaderSize; at < packed.Length;)
        {
            var length = packed.Length - at < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(packed[at..]);
            if (length < 0 || length > packed.Length - at - 4)
            {
                throw Damaged(header, $"a block claims {length} of {packed.Length - at - 4} bytes left", at);
            }

            DecompressBlock(packed.Slice(at + 4, length), at + 4, target, maxBytes, header);
            at += 4 + length;
        }
    }

    public static void Compress(ReadOnlySpan<byte> bytes, bool bare, PooledBuffer target)
    {
        if (bare)
        {
            CompressBlock(bytes, target);
            return;
        }

        Span<byte> start = stackalloc byte[HeaderSize];
        Magic.CopyTo(start);
        BinaryPrimitives.WriteInt32BigEndian(start[8..], Version);
        BinaryPrimitives.WriteInt32BigEndian(start[12..], Version);
        target.Write(start);
        while (!bytes.IsEmpty)
        {
            var taken = Math.Min(BlockSize, bytes.Length);
            var lengthAt = target.Length;
            target.Free(4);
            target.Advance(4);
            CompressBlock(bytes[..taken], target);
            BinaryPrimitives.WriteInt32BigEndian(target.Written[lengthAt..], target.Length - lengthAt - 4);
            bytes = bytes[taken..];
        }
    }

    private static void CompressBlock(ReadOnlySpan<byte> bytes, PooledBuffer target) =>
        target.Advance(Snappy.Compress(bytes, target.Free(Snappy.GetMaxCompressedLength(bytes.Length))));

    private static void DecompressBlock(ReadOnlySpan<byte> block, int at, PooledBuffer target, int maxBytes, in RecordBatchHeader header)
    {
        try
        {
            var length = Snappy.GetUncompressedLength(block);
            if (length < 0 || length > (long)MostGrowth * block.Length)
            {
                throw Damaged(header, $"a block of {block.Length} bytes claims to become {length}", at);
            }

            if (length > maxBytes - target.Length)
            {
                throw header.TooLarge(maxBytes);
            }

            if (Snappy.Decompress(block, target.Free(length)[..length]) != length)
            {
                throw Damaged(header, $"a block does not become the {length} bytes that it claims", at);
            }

            target.Advance(length);
        }
        catch (InvalidDataException invalid)
        {
            throw Damaged(header, $"a block of {block.Length} bytes cannot be decompressed", at, invalid);
        }
    }

    private static WireFormatException Damaged(in RecordBatchHeader header, string problem, int at, Exception? inner = null) =>
        header.Damaged($"in its Snappy records {problem}", RecordBatchLayout.Records + at, inner);
}
