using System.Buffers.Binary;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>What the header of a zstd frame (RFC 8878) says, read without the library that made it.</summary>
internal sealed record ZstdFrame(bool HasContentSize, bool HasChecksum, int Length)
{
    public static List<ZstdFrame> Split(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<ZstdFrame>();
        while (bytes.Length > 0)
        {
            frames.Add(First(bytes));
            bytes = bytes[frames[^1].Length..];
        }

        return frames;
    }

    private static ZstdFrame First(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != 0xFD2FB528)
        {
            throw new InvalidDataException("No zstd frame starts here.");
        }

        var descriptor = bytes[4];
        var singleSegment = (descriptor & 0x20) != 0;
        var hasChecksum = (descriptor & 0x04) != 0;
        var contentSizeBytes = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, var flag => 1 << flag };
        var dictionaryBytes = new[] { 0, 1, 2, 4 }[descriptor & 3];
        var at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
        for (var last = false; !last;)
        {
            var block = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
            last = (block & 1) != 0;
            var isRunLength = ((block >> 1) & 3) == 1;
            at += 3 + (isRunLength ? 1 : block >> 3);
        }

        return new ZstdFrame(contentSizeBytes > 0, hasChecksum, at + (hasChecksum ? 4 : 0));
    }
}
