using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>What a partition at the target is to hold, record by record. It is the same in every attempt, as long as the backup has the same segments.</summary>
internal interface IRecordFeed
{
    /// <summary>How many markers of transactions were left out so far: OSO's tool stores them as if they were records.</summary>
    long Markers { get; }

    /// <summary>The source offset of the first of them; null while there is none.</summary>
    long? FirstMarker { get; }

    /// <summary>What filters have done so far.</summary>
    FilteredRecords Filtered { get; }

    /// <summary>What <see cref="RestoreProtocol.RestorePartition.Rules"/> say of the records that were read so far.</summary>
    RecordHarms Harms { get; }

    /// <summary>In which way segments are not what the backup says of them, as far as they have been read. From any thread.</summary>
    IReadOnlyList<string> Differences { get; }

    /// <summary>Walks over the records, once, from behind what an earlier attempt has noted. The cursor stands at a record, and is valid until the next step; it is not to be moved.</summary>
    /// <exception cref="Shared.BackupException">A segment could not be read.</exception>
    IAsyncEnumerable<RecordCursor> ReadAsync(CancellationToken cancellation);
}
