using System.Buffers.Binary;
using System.IO.Hashing;
using K4os.Compression.LZ4;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>LZ4 frames, by the frame format description of the LZ4 project; dictionaries by id are not supported, and Kafka has none.</summary>
/// <remarks>Frames are read here and only their blocks by the library, as its streams make objects and buffers for every batch.</remarks>
internal static class Lz4Frame
{
    private const uint Magic = 0x184D2204;
    private const int VersionMask = 0xC0;
    private const int Version = 0x40;
    private const int Independent = 0x20;
    private const int BlockChecksum = 0x10;
    private const int ContentSize = 0x08;
    private const int ContentChecksum = 0x04;
    private const int DictionaryId = 0x01;
    private const uint Stored = 0x8000_0000;

    /// <summary>How far back a block that builds on those before it can reach.</summary>
    private const int Window = 64 * 1024;

    /// <summary>The size code of 64 KiB blocks, which Kafka's Java client writes.</summary>
    private const int WrittenSizeCode = 4;
    private const int WrittenBlockSize = 64 * 1024;

    public static void Decompress(ReadOnlySpan<byte> packed, PooledBuffer target, int maxBytes, in RecordBatchHeader header)
    {
        var frame = new Frame(packed, header);
        frame.ReadDescriptor();
        while (frame.TryReadBlock(out var block, out var isStored))
        {
            if (isStored)
            {
                target.Write(block);
            }
            else
            {
                // Made as large as this block can become, and not as large as any block of the frame may be.
                var room = target.Free((int)Math.Min(frame.MaxBlockSize, 255L * block.Length));
                var past = frame.IsIndependent ? 0 : Math.Min(Window, target.Length);
                var length = LZ4Codec.Decode(
                    block, room[..Math.Min(room.Length, frame.MaxBlockSize)], target.Bytes.AsSpan(target.Length - past, past));
                target.Advance(length >= 0 ? length : throw frame.Damaged($"a block of {block.Length} bytes cannot be decompressed"));
            }

            if (target.Length > maxBytes)
            {
                throw header.TooLarge(maxBytes);
            }
        }

        frame.CheckContent(target.Written);
    }

    public static void Compress(ReadOnlySpan<byte> bytes, PooledBuffer target)
    {
        Span<byte> start = stackalloc byte[7];
        BinaryPrimitives.WriteUInt32LittleEndian(start, Magic);
        start[4] = Version | Independent;
        start[5] = WrittenSizeCode << 4;
        start[6] = DescriptorChecksum(start[4..6]);
        target.Write(start);
        while (!bytes.IsEmpty)
        {
            var block = bytes[..Math.Min(WrittenBlockSize, bytes.Length)];
            var free = target.Free(4 + LZ4Codec.MaximumOutputSize(block.Length));
            var length = LZ4Codec.Encode(block, free[4..]);
            if (length > 0 && length < block.Length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(free, (uint)length);
            }
            else
            {
                length = block.Length;
                BinaryPrimitives.WriteUInt32LittleEndian(free, (uint)length | Stored);
                block.CopyTo(free[4..]);
            }

            target.Advance(4 + length);
            bytes = bytes[block.Length..];
        }

        // A block of no bytes ends the frame.
        target.Write([0, 0, 0, 0]);
    }

    private static byte DescriptorChecksum(ReadOnlySpan<byte> descriptor) => (byte)(XxHash32.HashToUInt32(descriptor) >> 8);

    private ref struct Frame(ReadOnlySpan<byte> packed, RecordBatchHeader header)
    {
        private readonly ReadOnlySpan<byte> _packed = packed;
        private readonly RecordBatchHeader _header = header;
        private int _at;
        private int _flags;
        private ulong? _contentSize;

        public int MaxBlockSize { get; private set; }

        public readonly bool IsIndependent => (_flags & Independent) != 0;

        public void ReadDescriptor()
        {
            if (ReadUInt32() != Magic)
            {
                throw Damaged("the magic is not that of a frame");
            }

            var start = _at;
            _flags = Take(2)[0];
            var sizeCode = (_packed[start + 1] >> 4) & 7;
            if ((_flags & VersionMask) != Version || (_flags & DictionaryId) != 0 || sizeCode < WrittenSizeCode)
            {
                throw Damaged($"the frame descriptor {_flags:x2} {_packed[start + 1]:x2} is not supported");
            }

            MaxBlockSize = 1 << ((2 * sizeCode) + 8);
            _contentSize = (_flags & ContentSize) == 0 ? null : BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
            var checksum = DescriptorChecksum(_packed[start.._at]);
            if (Take(1)[0] != checksum && _header.Magic > 0) // Producers of format 0 computed it over too much (KAFKA-3160).
            {
                throw Damaged("the checksum of the frame descriptor does not match");
            }
        }

        public bool TryReadBlock(out ReadOnlySpan<byte> block, out bool isStored)
        {
            var word = ReadUInt32();
            isStored = (word & Stored) != 0;
            var length = word & ~Stored;
            if (length > MaxBlockSize)
            {
                throw Damaged($"a block claims {length} bytes where the frame allows {MaxBlockSize}");
            }

            block = Take((int)length);
            if (length > 0 && (_flags & BlockChecksum) != 0 && ReadUInt32() != XxHash32.HashToUInt32(block))
            {
                throw Damaged("the checksum of a block does not match");
            }

            return length > 0;
        }

        public void CheckContent(ReadOnlySpan<byte> content)
        {
            if (_contentSize is { } size && size != (ulong)content.Length)
            {
                throw Damaged($"the frame holds {content.Length} bytes and claims {size}");
            }

            if ((_flags & ContentChecksum) != 0 && ReadUInt32() != XxHash32.HashToUInt32(content))
            {
                throw Damaged("the checksum of the frame does not match");
            }
        }

        public readonly WireFormatException Damaged(string problem) =>
            _header.Damaged($"in its LZ4 records {problem}", RecordBatchLayout.Records + _at);

        private uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

        private ReadOnlySpan<byte> Take(int count)
        {
            if (count > _packed.Length - _at)
            {
                throw Damaged($"{_packed.Length - _at} bytes are left where {count} are to follow");
            }

            _at += count;
            return _packed.Slice(_at - count, count);
        }
    }
}
