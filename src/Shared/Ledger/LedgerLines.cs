using System.Buffers;
using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Shared.Ledger;

/// <summary>How lines of the ledger's immutable objects are packed: all in one zstd frame that says how long they are.</summary>
internal static class LedgerLines
{
    /// <summary>What a byte of a frame unpacks to at most: a block has four bytes at least, and 128 KiB of content at most.</summary>
    private const ulong MostOfByte = 32 * 1024;

    /// <summary>The frame.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> lines)
    {
        using var compressor = ZstdEngines.Current.CreateCompressor(ZstdEngines.DefaultLevel);
        var frame = ArrayPool<byte>.Shared.Rent(compressor.BoundOf(lines.Length));
        try
        {
            return frame[..compressor.Compress(lines, frame)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>The lines of a frame.</summary>
    /// <param name="stored">The frame.</param>
    /// <param name="mostBytes">More than this is refused as damaged.</param>
    /// <exception cref="ZstdFrameException">It is damaged.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> stored, int mostBytes)
    {
        var claimed = ZstdEngines.Current.ClaimedSizeOf(stored);
        if (claimed > (ulong)mostBytes)
        {
            throw new ZstdFrameException($"Decompressed content size {claimed} is greater than {mostBytes}");
        }

        if (claimed > MostOfByte * (ulong)stored.Length)
        {
            throw new ZstdFrameException($"Decompressed content size {claimed} is more than {stored.Length} bytes can hold"); // Before memory is taken for it.
        }

        using var decompressor = ZstdEngines.Current.CreateDecompressor();
        var lines = new byte[claimed];
        return decompressor.TryDecompress(stored, lines, out var length) && length == lines.Length
            ? lines
            : throw new ZstdFrameException("Decompressed content size is not the one that the frame specifies");
    }
}
