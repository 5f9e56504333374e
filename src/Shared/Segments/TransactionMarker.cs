using System.Buffers.Binary;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Segments;

/// <summary>Tells the markers of transactions, which OSO's tool stores as if they were records.</summary>
public static class TransactionMarker
{
    /// <summary>Whether the record has the form of a control record: version 0 and the type in the key, version 0 and the coordinator's epoch in the value.
    /// An application's own record may have that form: this is a guess, and only for what OSO's tool has stored.</summary>
    public static bool Is(RecordCursor record) =>
        record.Key.Bytes.Length == 4 && record.Value.Bytes.Length == 6 && BinaryPrimitives.ReadInt16BigEndian(record.Key.Bytes) == 0
        && BinaryPrimitives.ReadInt16BigEndian(record.Value.Bytes) == 0
        && BinaryPrimitives.ReadInt16BigEndian(record.Key.Bytes[2..]) is 0 or 1;
}
