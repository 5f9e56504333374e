namespace KafkaBackup.Shared.Segments;

/// <summary>The numbers of KBAK version 1. All integers are little-endian; an object is header, body (maybe compressed), footer.</summary>
/// <remarks>
/// Header: magic (4), version (1), codec (1), reserved (2), record count u64, first offset i64, last offset i64 (inclusive).
/// Footer: CRC-32 (zlib's polynomial) over header and body as stored, then the end magic.
/// Record: length u32 of all that follows, timestamp i64, offset i64, key length i32 (-1 null) and bytes, value likewise, header count u16;
/// each header: name length u16 and UTF-8, value length i32 (-1 null) and bytes.
/// Body with zstd: one or more frames. With lz4: the length u32 of what is in it, and one block in LZ4's block format, without a frame.
/// </remarks>
internal static class SegmentFormat
{
    public const int HeaderSize = 32;
    public const int FooterSize = 8;
    public const byte Version = 1;

    /// <summary>What stands before an LZ4 block: the length of its content.</summary>
    public const int Lz4LengthSize = 4;

    /// <summary>The smallest record, without its length field: timestamp, offset, two null fields, no headers.</summary>
    public const int MinRecordLength = 8 + 8 + 4 + 4 + 2;

    public static ReadOnlySpan<byte> Magic => "KBAK"u8;

    public static ReadOnlySpan<byte> EndMagic => "BKAE"u8;
}
