using System.Buffers.Binary;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Shared.Kafka.Wire;
using KafkaBackup.Shared.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Looks at what a producer sent for one partition, down to its last record, before anything is kept.</summary>
/// <param name="clock">Tells which timestamps lie too far ahead.</param>
internal sealed class BatchCheck(TimeProvider clock)
{
    // What a batch of a few KB might otherwise unfold into.
    private const int MaxDecompressed = 64 * 1024 * 1024;

    /// <summary>The batch's header, or why it is refused.</summary>
    /// <param name="records">What was sent; only a batch in one piece is taken.</param>
    /// <param name="settings">The topic's settings.</param>
    /// <param name="header">The header, if nothing is wrong.</param>
    public AppendResult? Refuse(ReadOnlyMemory<byte> records, TopicSettings settings, out RecordBatchHeader header)
    {
        header = default;
        if (records.Length > settings.MaxMessageBytes)
        {
            return AppendResult.Refused(
                KafkaError.MessageTooLarge, $"The batch has {records.Length} bytes, and the topic takes {settings.MaxMessageBytes}.");
        }

        try
        {
            header = RecordBatchHeader.Parse(records.Span);
            header.VerifyCrc(records.Span);
        }
        catch (WireFormatException exception)
        {
            // Damage on the way, which sending again cures, or a producer that sends nonsense, which it does not.
            return AppendResult.Refused(HasItsCrc(records.Span) ? KafkaError.InvalidRecord : KafkaError.CorruptMessage, exception.Message);
        }

        return RefuseHeader(records, header, settings) ?? RefuseRecords(records, header, settings);
    }

    private static bool HasItsCrc(ReadOnlySpan<byte> batch) => batch.Length >= RecordBatchHeader.Size
        && BinaryPrimitives.ReadUInt32BigEndian(batch[RecordBatchLayout.Crc..]) == Crc32C.Compute(batch[RecordBatchLayout.CrcStart..]);

    private AppendResult? RefuseHeader(ReadOnlyMemory<byte> records, RecordBatchHeader header, TopicSettings settings)
    {
        var problem = header switch
        {
            _ when header.TotalBytes != records.Length => "A partition takes one batch in a request.",
            { IsControl: true } => "Producers may not write control records.",
            { RecordCount: 0 } => "The batch has no records.",
            _ when header.RecordCount != header.LastOffsetDelta + 1L =>
                $"The batch has {header.RecordCount} records on {header.LastOffsetDelta + 1L} offsets.",
            { ProducerId: >= 0, BaseSequence: < 0 } or { ProducerId: >= 0, ProducerEpoch: < 0 } =>
                "The batch has a producer id without a sequence number or epoch.",
            { IsTransactional: true, ProducerId: < 0 } => "The batch is transactional and has no producer id.",
            { TimestampType: TimestampType.LogAppendTime } => "Only the broker may set LogAppendTime.",
            _ => null,
        };
        if (problem is not null)
        {
            return AppendResult.Refused(KafkaError.InvalidRecord, problem);
        }

        var ahead = header.MaxTimestamp - clock.GetUtcNow().ToUnixTimeMilliseconds();
        return !settings.UsesLogAppendTime && ahead > settings.MaxMsAhead
            ? AppendResult.Refused(KafkaError.InvalidTimestamp, $"A timestamp lies {ahead} ms ahead, and the topic takes {settings.MaxMsAhead}.")
            : null;
    }

    private static AppendResult? RefuseRecords(ReadOnlyMemory<byte> records, RecordBatchHeader header, TopicSettings settings)
    {
        using var reader = new RecordBatchReader(MaxDecompressed);
        try
        {
            reader.Open(records, verifyCrc: false);
            while (reader.MoveNext())
            {
                if (settings.IsCompacted && reader.Key.IsNull)
                {
                    return AppendResult.Refused(KafkaError.InvalidRecord, "A compacted topic takes no record without a key.");
                }
            }

            return null;
        }
        catch (WireFormatException exception)
        {
            return AppendResult.Refused(header.Codec == BatchCodec.None ? KafkaError.InvalidRecord : KafkaError.CorruptMessage, exception.Message);
        }
    }
}
