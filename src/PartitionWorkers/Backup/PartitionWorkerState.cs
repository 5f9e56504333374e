using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What a worker's journal tells: where its own commits reached. A cache; the ledger decides.</summary>
public sealed record PartitionWorkerState
{
    /// <summary>A worker without a journal.</summary>
    public static PartitionWorkerState Empty { get; } = new();

    /// <summary>The highest offset after a committed entry; null before the first.</summary>
    public long? Position { get; private init; }

    /// <summary>Records committed so far.</summary>
    public long Records { get; private init; }

    /// <summary>Bytes stored for them.</summary>
    public long StoredBytes { get; private init; }

    /// <summary>The state after <paramref name="journaled"/>.</summary>
    /// <exception cref="ArgumentException">The event is not known: the journal was written by a newer program.</exception>
    public PartitionWorkerState Apply(object journaled) => journaled switch
    {
        SegmentCommitted committed => this with
        {
            Position = Math.Max(Position ?? 0, committed.Range.Next),
            Records = Records + committed.Records,
            StoredBytes = StoredBytes + committed.StoredBytes,
        },
        WorkerSnapshot snapshot => new PartitionWorkerState
        {
            Position = snapshot.Position,
            Records = snapshot.Records,
            StoredBytes = snapshot.StoredBytes,
        },
        _ => throw new ArgumentException($"A journal holds a {journaled.GetType().Name}, which this program does not know.", nameof(journaled)),
    };

    /// <summary>The state as it goes into a snapshot.</summary>
    public WorkerSnapshot ToSnapshot() => new(Position, Records, StoredBytes);
}
