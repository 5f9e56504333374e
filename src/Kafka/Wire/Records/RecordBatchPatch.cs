using System.Buffers.Binary;
using KafkaBackup.Shared;
using Layout = KafkaBackup.Kafka.Wire.Records.RecordBatchLayout;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Changes a batch where it lies, as a broker does when it appends it. The batch must be one that was read without an error.</summary>
public static class RecordBatchPatch
{
    /// <summary>Sets where the batch lies in the partition and who appended it. Neither is in the checksum.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="baseOffset">The offset of its first record.</param>
    /// <param name="leaderEpoch">The epoch of the leader.</param>
    public static void SetPlace(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[Layout.BaseOffset..], baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.LeaderEpoch..], leaderEpoch);
    }

    /// <summary>Sets whose clock the timestamps are of and the greatest of them, and computes the checksum anew.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="type">With LogAppendTime the timestamp is that of every record.</param>
    /// <param name="maxTimestamp">The greatest timestamp, ms since 1970.</param>
    public static void SetMaxTimestamp(Span<byte> batch, TimestampType type, long maxTimestamp)
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[Layout.Attributes..]) & ~Layout.TimestampTypeBit;
        attributes |= type == TimestampType.LogAppendTime ? Layout.TimestampTypeBit : 0;
        BinaryPrimitives.WriteInt16BigEndian(batch[Layout.Attributes..], (short)attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[Layout.MaxTimestamp..], maxTimestamp);
        SetCrc(batch);
    }

    /// <summary>Sets which producer sends the batch, and computes the checksum anew.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="id">The producer's id; -1 for none.</param>
    /// <param name="epoch">Its epoch; -1 for none.</param>
    /// <param name="sequence">The sequence number of the first record; -1 for none.</param>
    public static void SetProducer(Span<byte> batch, long id, short epoch, int sequence)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[Layout.ProducerId..], id);
        BinaryPrimitives.WriteInt16BigEndian(batch[Layout.ProducerEpoch..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.BaseSequence..], sequence);
        SetCrc(batch);
    }

    internal static void SetCrc(Span<byte> batch)
    {
        var end = Layout.LengthStart + BinaryPrimitives.ReadInt32BigEndian(batch[Layout.BatchLength..]);
        BinaryPrimitives.WriteUInt32BigEndian(batch[Layout.Crc..], Crc32C.Compute(batch[Layout.CrcStart..end]));
    }
}
