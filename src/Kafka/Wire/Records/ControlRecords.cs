using System.Buffers.Binary;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>The control records with which the transaction coordinator ends a transaction in a partition.</summary>
/// <remarks>Key: version 0 and type, two bytes each. Value (EndTxnMarker): version 0 in two bytes, coordinator epoch in four.</remarks>
public static class ControlRecords
{
    private const int KeySize = 4;
    private const int ValueSize = 6;

    /// <summary>Builds the batch of one control record that ends a transaction; it is neither compressed nor numbered.</summary>
    /// <param name="writer">Builds it; the result is valid until it begins another batch.</param>
    /// <param name="type">How the transaction ended.</param>
    /// <param name="offset">The offset of the record.</param>
    /// <param name="timestamp">When it ended, ms since 1970.</param>
    /// <param name="producerId">Whose transaction it was.</param>
    /// <param name="producerEpoch">The epoch of the producer id.</param>
    /// <param name="coordinatorEpoch">The epoch of the transaction coordinator.</param>
    public static Memory<byte> BuildMarker(
        RecordBatchWriter writer,
        ControlRecordType type,
        long offset,
        long timestamp,
        long producerId,
        short producerEpoch,
        int coordinatorEpoch)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Span<byte> value = stackalloc byte[ValueSize];
        key.Clear();
        value.Clear();
        BinaryPrimitives.WriteInt16BigEndian(key[2..], (short)type);
        BinaryPrimitives.WriteInt32BigEndian(value[2..], coordinatorEpoch);
        writer.Begin(new RecordBatchOptions
        {
            BaseOffset = offset,
            IsControl = true,
            IsTransactional = true,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
        });
        writer.Append(offset, timestamp, NullableSpan.Of(key), NullableSpan.Of(value));
        return writer.Finish();
    }

    /// <summary>Reads the type from the key of a control record; it may be a value that <see cref="ControlRecordType"/> does not have.</summary>
    /// <remarks>Later versions of the key only add to it, so the version is not looked at.</remarks>
    /// <returns>False when the key is too short to have one.</returns>
    public static bool TryReadType(NullableSpan key, out ControlRecordType type)
    {
        type = key.Bytes.Length < KeySize ? default : (ControlRecordType)BinaryPrimitives.ReadInt16BigEndian(key.Bytes[2..]);
        return key.Bytes.Length >= KeySize;
    }

    /// <summary>Reads the epoch of the transaction coordinator from the value of a commit or abort record.</summary>
    /// <returns>False when the value is too short to have one.</returns>
    public static bool TryReadCoordinatorEpoch(NullableSpan value, out int epoch)
    {
        epoch = value.Bytes.Length < ValueSize ? default : BinaryPrimitives.ReadInt32BigEndian(value.Bytes[2..]);
        return value.Bytes.Length >= ValueSize;
    }
}
