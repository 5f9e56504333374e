namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Where the fields of a record batch (magic 2) lie, in bytes from its start. All are big-endian.</summary>
/// <remarks>The rule is the section "Record Batch" of Kafka's documentation of its message format.</remarks>
internal static class RecordBatchLayout
{
    public const int BaseOffset = 0;
    public const int BatchLength = 8;
    public const int LeaderEpoch = 12;
    public const int Magic = 16;
    public const int Crc = 17;
    public const int Attributes = 21;
    public const int LastOffsetDelta = 23;
    public const int BaseTimestamp = 27;
    public const int MaxTimestamp = 35;
    public const int ProducerId = 43;
    public const int ProducerEpoch = 51;
    public const int BaseSequence = 53;
    public const int RecordCount = 57;
    public const int Records = 61;

    /// <summary>The batch length counts from here.</summary>
    public const int LengthStart = LeaderEpoch;

    /// <summary>The checksum counts from here to the end: offset and leader epoch, which the broker sets, are not in it.</summary>
    public const int CrcStart = Attributes;

    public const byte MagicValue = 2;

    /// <summary>Of a message of the formats 0 and 1: the CRC-32 counts from the magic to the end, and format 0 has its fields where format 1 has the timestamp.</summary>
    public const int LegacyCrc = 12;
    public const int LegacyAttributes = 17;
    public const int LegacyTimestamp = 18;
    public const int LegacyFields0 = LegacyTimestamp;
    public const int LegacyFields1 = LegacyTimestamp + sizeof(long);
    public const int LeastLegacy0 = LegacyFields0 + (2 * sizeof(int));
    public const int LeastLegacy1 = LegacyFields1 + (2 * sizeof(int));

    public const int CodecMask = 0x07;
    public const int TimestampTypeBit = 0x08;
    public const int TransactionalBit = 0x10;
    public const int ControlBit = 0x20;
    public const int DeleteHorizonBit = 0x40;

    /// <summary>The fewest bytes a record takes: its length, attributes, two deltas, two lengths and a count.</summary>
    public const int MinRecordSize = 7;
}
