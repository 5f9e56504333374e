using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>Tells before anything is sent whether a topic would take a record.</summary>
/// <param name="settings">How records are sent.</param>
public sealed class RecordFit(ProduceSettings settings)
{
    /// <summary>What a batch takes beside its one record, at most: its head, and the lengths of the record's parts.</summary>
    private const int Frame = 128;

    /// <summary>What does not compress grows by less than this part of it, by any codec: snappy's is the most.</summary>
    private const int Growth = 6;

    /// <summary>What each header takes beside its name and value, at most.</summary>
    private const int HeaderFrame = 10;

    /// <summary>Whether a topic with these limits takes <paramref name="record"/>, compressed as it would be, alone in a batch. From any thread.</summary>
    public bool Fits(RecordCursor record, TargetLimits limits)
    {
        var most = record.Size + Frame + (HeaderFrame * record.HeaderCount);
        if (most + (most / Growth) <= limits.MessageBytes)
        {
            return true; // As nearly all do.
        }

        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions { Codec = (limits.Codec ?? settings.Compression).ToBatchCodec() });
        writer.Append(0, record);
        return writer.Finish().Length <= limits.MessageBytes;
    }
}
