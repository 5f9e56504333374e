using System.Buffers.Binary;
using KafkaBackup.Shared;
using Layout = KafkaBackup.Kafka.Wire.Records.RecordBatchLayout;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>The 61 bytes before the records of a batch (magic 2), copied out and checked for sense.</summary>
/// <remarks>The rule is the section "Record Batch" of Kafka's documentation of its message format.</remarks>
public readonly record struct RecordBatchHeader
{
    /// <summary>How many bytes the header takes.</summary>
    public const int Size = Layout.Records;

    private readonly short _attributes;

    private RecordBatchHeader(ReadOnlySpan<byte> bytes)
    {
        Magic = Layout.MagicValue;
        BaseOffset = BinaryPrimitives.ReadInt64BigEndian(bytes[Layout.BaseOffset..]);
        BatchLength = BinaryPrimitives.ReadInt32BigEndian(bytes[Layout.BatchLength..]);
        LeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(bytes[Layout.LeaderEpoch..]);
        Crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[Layout.Crc..]);
        _attributes = BinaryPrimitives.ReadInt16BigEndian(bytes[Layout.Attributes..]);
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(bytes[Layout.LastOffsetDelta..]);
        BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[Layout.BaseTimestamp..]);
        MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[Layout.MaxTimestamp..]);
        ProducerId = BinaryPrimitives.ReadInt64BigEndian(bytes[Layout.ProducerId..]);
        ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(bytes[Layout.ProducerEpoch..]);
        BaseSequence = BinaryPrimitives.ReadInt32BigEndian(bytes[Layout.BaseSequence..]);
        RecordCount = BinaryPrimitives.ReadInt32BigEndian(bytes[Layout.RecordCount..]);
    }

    private RecordBatchHeader(ReadOnlySpan<byte> message, int total)
    {
        Magic = message[Layout.Magic];
        BaseOffset = BinaryPrimitives.ReadInt64BigEndian(message[Layout.BaseOffset..]);
        (BatchLength, LeaderEpoch, ProducerId, ProducerEpoch, BaseSequence, RecordCount) = (total - Layout.LengthStart, -1, -1, -1, -1, 1);
        Crc = BinaryPrimitives.ReadUInt32BigEndian(message[Layout.LegacyCrc..]);
        _attributes = (short)(message[Layout.LegacyAttributes] & (Layout.CodecMask | Layout.TimestampTypeBit));
        BaseTimestamp = MaxTimestamp = Magic == 0 ? -1 : BinaryPrimitives.ReadInt64BigEndian(message[Layout.LegacyTimestamp..]);
    }

    /// <summary>The format: 2, or 0 or 1 for a message of before Kafka 0.11, which is a batch of its own here, and packed may hold more; its offset is that of the last.</summary>
    public byte Magic { get; }

    /// <summary>The offset that the records' offset deltas add to; that of the first record unless compaction removed it.</summary>
    public long BaseOffset { get; }

    /// <summary>How many bytes follow the length field; see <see cref="TotalBytes"/>.</summary>
    public int BatchLength { get; }

    /// <summary>The epoch of the leader that appended the batch; -1 before the append.</summary>
    public int LeaderEpoch { get; }

    /// <summary>The CRC-32C of all from the attributes to the end, as it is stored.</summary>
    public uint Crc { get; }

    /// <summary>The last offset of the batch less the first. Compaction leaves it, even when it removes the last record or all of them.</summary>
    public int LastOffsetDelta { get; }

    /// <summary>What the records' timestamp deltas add to, ms since 1970; with <see cref="HasDeleteHorizon"/> that horizon.</summary>
    public long BaseTimestamp { get; }

    /// <summary>The greatest timestamp of the records, ms since 1970; with LogAppendTime that of all of them. -1 is none.</summary>
    public long MaxTimestamp { get; }

    /// <summary>The id of the idempotent or transactional producer; -1 is none.</summary>
    public long ProducerId { get; }

    /// <summary>The epoch of the producer id; -1 is none.</summary>
    public short ProducerEpoch { get; }

    /// <summary>The producer's sequence number of the first record; -1 is none.</summary>
    public int BaseSequence { get; }

    /// <summary>How many records there are; fewer than offsets when compaction removed some.</summary>
    public int RecordCount { get; }

    /// <summary>How the records are compressed.</summary>
    public BatchCodec Codec => (BatchCodec)(_attributes & Layout.CodecMask);

    /// <summary>Whose clock the timestamps are of.</summary>
    public TimestampType TimestampType => (TimestampType)((_attributes & Layout.TimestampTypeBit) >> 3);

    /// <summary>Whether the batch belongs to a transaction: its records count only when that is committed.</summary>
    public bool IsTransactional => (_attributes & Layout.TransactionalBit) != 0;

    /// <summary>Whether the records are the broker's own marks, such as the end of a transaction, and no data.</summary>
    public bool IsControl => (_attributes & Layout.ControlBit) != 0;

    /// <summary>Whether compaction stored in <see cref="BaseTimestamp"/> when it may drop the tombstones or marker (KIP-534).</summary>
    public bool HasDeleteHorizon => (_attributes & Layout.DeleteHorizonBit) != 0;

    /// <summary>The last offset, inclusive, whether or not a record of it is left.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The first offset behind the batch.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>How many bytes the batch takes, header included.</summary>
    public int TotalBytes => BatchLength + Layout.LengthStart;

    /// <summary>Reads and checks the header of the batch that starts the bytes.</summary>
    /// <param name="batch">At least a whole batch; what follows it does not matter.</param>
    /// <param name="position">Where the bytes start in what the caller reads, for the position of an error.</param>
    /// <exception cref="WireFormatException">A field makes no sense, or the bytes end before the batch does.</exception>
    public static RecordBatchHeader Parse(ReadOnlySpan<byte> batch, long position = 0)
    {
        if (batch.Length < Size)
        {
            throw Damaged("?", $"{batch.Length} bytes are fewer than the {Size} of its header", position);
        }

        var header = new RecordBatchHeader(batch);
        if (batch[Layout.Magic] != Layout.MagicValue)
        {
            throw header.Damaged(
                $"its magic is {batch[Layout.Magic]}, and only {Layout.MagicValue}, the format since Kafka 0.11, is known", position + Layout.Magic);
        }

        if (header.BatchLength < Size - Layout.LengthStart || header.BatchLength > batch.Length - Layout.LengthStart)
        {
            throw header.Damaged(
                $"its length is {header.BatchLength} where {batch.Length - Layout.LengthStart} bytes are left", position + Layout.BatchLength);
        }

        if (header.LastOffsetDelta < 0)
        {
            throw header.Damaged($"its last offset delta is {header.LastOffsetDelta}", position + Layout.LastOffsetDelta);
        }

        if (header.BaseOffset < 0 || header.BaseOffset > long.MaxValue - 1 - header.LastOffsetDelta)
        {
            throw header.Damaged($"{(long)header.LastOffsetDelta + 1} offsets from there are no offsets", position + Layout.BaseOffset);
        }

        if (header.RecordCount < 0 || header.RecordCount > (long)header.LastOffsetDelta + 1)
        {
            throw header.Damaged(
                $"it claims {header.RecordCount} records on {(long)header.LastOffsetDelta + 1} offsets", position + Layout.RecordCount);
        }

        return header.Codec <= BatchCodec.Zstd
            ? header
            : throw header.Damaged($"its compression type {(int)header.Codec} is not known", position + Layout.Attributes);
    }

    /// <summary>The same of a message of the formats 0 and 1.</summary>
    internal static RecordBatchHeader ParseLegacy(ReadOnlySpan<byte> message, long position = 0)
    {
        var least = message.Length > Layout.Magic && message[Layout.Magic] == 0 ? Layout.LeastLegacy0 : Layout.LeastLegacy1;
        var length = message.Length < least ? -1 : BinaryPrimitives.ReadInt32BigEndian(message[Layout.BatchLength..]);
        if (length < least - Layout.LengthStart || length > message.Length - Layout.LengthStart)
        {
            throw Damaged("?", $"its message claims {length} bytes where {message.Length - Layout.LengthStart} are left", position);
        }

        var header = new RecordBatchHeader(message, length + Layout.LengthStart);
        return header.BaseOffset is < 0 or long.MaxValue ? throw header.Damaged("there is no such offset", position + Layout.BaseOffset)
            : header.Codec > BatchCodec.Lz4 ? throw header.Damaged($"its compression type {(int)header.Codec} is not known", position + Layout.LegacyAttributes)
            : header;
    }

    /// <summary>Compares the checksum with the bytes of the batch.</summary>
    /// <param name="batch">The bytes that this header was read from.</param>
    /// <param name="position">Where they start in what the caller reads, for the position of an error.</param>
    /// <exception cref="WireFormatException">They differ.</exception>
    public void VerifyCrc(ReadOnlySpan<byte> batch, long position = 0)
    {
        var actual = Crc32C.Compute(batch[Layout.CrcStart..TotalBytes]);
        if (actual != Crc)
        {
            throw Damaged($"its CRC-32C is {actual:x8} where {Crc:x8} is stored", position + Layout.Crc);
        }
    }

    /// <summary>The failure of records that take more than they may when they are decompressed.</summary>
    internal WireFormatException TooLarge(int maxBytes) =>
        new($"The record batch at offset {BaseOffset}", $"its records take more than {maxBytes} bytes", Layout.Records) { IsTooLarge = true };

    internal WireFormatException Damaged(string problem, long position, Exception? inner = null) =>
        Damaged(BaseOffset.ToString(), problem, position, inner);

    private static WireFormatException Damaged(string offset, string problem, long position, Exception? inner = null) =>
        new($"The record batch at offset {offset}", problem, position, inner);
}
