using System.Buffers.Binary;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Looks at what a producer sent for one partition, down to its last record, before anything is kept.</summary>
/// <param name="clock">Tells which timestamps lie too far ahead or back.</param>
internal sealed class BatchCheck(TimeProvider clock)
{
    // What a batch of a few KB might otherwise unfold into.
    private const int MaxDecompressed = 64 * 1024 * 1024;

    private const long NoTimestamp = -1;

    /// <summary>Why a batch is refused; null if nothing is wrong.</summary>
    /// <param name="records">What was sent; only a batch in one piece is taken.</param>
    /// <param name="settings">The topic's settings.</param>
    /// <param name="batch">The batch, if nothing is wrong.</param>
    public AppendResult? Refuse(ReadOnlyMemory<byte> records, TopicSettings settings, out CheckedBatch batch)
    {
        batch = default;
        if (records.Length > settings.MaxMessageBytes)
        {
            return AppendResult.Refused(
                KafkaError.MessageTooLarge, $"The batch has {records.Length} bytes, and the topic takes {settings.MaxMessageBytes}.");
        }

        try
        {
            var header = RecordBatchHeader.Parse(records.Span);
            if (RefuseWhole(records, header) is { } refused)
            {
                return refused;
            }

            header.VerifyCrc(records.Span);
            return RefuseHeader(header) ?? RefuseRecords(records, header, settings, out batch);
        }
        catch (WireFormatException exception)
        {
            return HasChecksum(records.Span)
                ? AppendResult.RefusedByLog(KafkaError.InvalidRecord, exception.Message)
                : AppendResult.Refused(IsWhole(records.Span) ? KafkaError.CorruptMessage : KafkaError.InvalidRecord, exception.Message);
        }
    }

    /// <summary>Whether there is a batch at all, of a format that could be known; what has come in pieces or is too old is not looked at.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> batch) =>
        batch.Length >= RecordBatchHeader.Size
        && BinaryPrimitives.ReadInt32BigEndian(batch[RecordBatchLayout.BatchLength..]) <= batch.Length - RecordBatchLayout.LengthStart
        && batch[RecordBatchLayout.Magic] >= RecordBatchLayout.MagicValue;

    /// <summary>Whether a producer sent nonsense, which sending again does not cure as it does damage on the way.</summary>
    private static bool HasChecksum(ReadOnlySpan<byte> batch) =>
        IsWhole(batch) && batch[RecordBatchLayout.Magic] == RecordBatchLayout.MagicValue
        && BinaryPrimitives.ReadUInt32BigEndian(batch[RecordBatchLayout.Crc..]) == Crc32C.Compute(batch[RecordBatchLayout.CrcStart..]);

    private static AppendResult? RefuseWhole(ReadOnlyMemory<byte> records, RecordBatchHeader header) => header.TotalBytes != records.Length
        ? AppendResult.Refused(KafkaError.InvalidRecord, "A partition takes one batch in a request.")
        : null;

    private static AppendResult? RefuseHeader(RecordBatchHeader header)
    {
        var problem = header switch
        {
            { BaseOffset: not 0 } => "Only the broker may set the offsets of a batch.",
            { IsControl: true } => "Producers may not write control records.",
            { RecordCount: 0 } => "The batch has no records.",
            _ when header.RecordCount != header.LastOffsetDelta + 1L =>
                $"The batch has {header.RecordCount} records on {header.LastOffsetDelta + 1L} offsets.",
            { ProducerId: >= 0, BaseSequence: < 0 } or { ProducerId: >= 0, ProducerEpoch: < 0 } =>
                "The batch has a producer id without a sequence number or epoch.",
            { IsTransactional: true, ProducerId: < 0 } => "The batch is transactional and has no producer id.",
            _ => null,
        };
        return problem is null ? null : AppendResult.RefusedByLog(KafkaError.InvalidRecord, problem);
    }

    private AppendResult? RefuseRecords(ReadOnlyMemory<byte> records, RecordBatchHeader header, TopicSettings settings, out CheckedBatch batch)
    {
        batch = default;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var maxTimestamp = NoTimestamp;
        var error = KafkaError.None;
        var refused = new List<(int Index, string Problem)>();
        using var reader = new RecordBatchReader(MaxDecompressed);
        try
        {
            reader.Open(records, verifyCrc: false);
            for (var index = 0; reader.MoveNext(); index++)
            {
                maxTimestamp = Math.Max(maxTimestamp, reader.Timestamp);
                if (settings.IsCompacted && reader.Key.IsNull)
                {
                    refused.Add((index, "A compacted topic takes no record without a key."));
                }
                else if (!IsInTime(reader.Timestamp, now, settings))
                {
                    error = KafkaError.InvalidTimestamp;
                    refused.Add((index, $"The timestamp {reader.Timestamp} is farther from now, {now}, than the topic takes."));
                }
            }
        }
        catch (WireFormatException exception)
        {
            return header.Codec == BatchCodec.None
                ? AppendResult.RefusedByLog(KafkaError.InvalidRecord, exception.Message)
                : AppendResult.Refused(KafkaError.CorruptMessage, exception.Message);
        }

        batch = new CheckedBatch(header, records, maxTimestamp);
        return refused.Count == 0 ? null : AppendResult.RefusedByLog(error == KafkaError.None ? KafkaError.InvalidRecord : error, refused);
    }

    private static bool IsInTime(long timestamp, long now, TopicSettings settings) =>
        settings.UsesLogAppendTime || timestamp == NoTimestamp || (timestamp - now <= settings.MaxMsAhead && now - timestamp <= settings.MaxMsBehind);
}
