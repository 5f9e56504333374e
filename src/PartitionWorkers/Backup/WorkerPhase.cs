namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What a partition worker is doing.</summary>
internal enum WorkerPhase
{
    /// <summary>It waits for its journal to tell what an earlier life had uploaded, for a while.</summary>
    Recovering,

    /// <summary>It looks whether those objects are there.</summary>
    Checking,

    /// <summary>It has no order.</summary>
    Idle,

    /// <summary>It has the ledger decide about uploads of an earlier life.</summary>
    Offering,

    /// <summary>It has asked the ledger what is not covered.</summary>
    Asking,

    /// <summary>It waits for a permit.</summary>
    Waiting,

    /// <summary>A pipeline reads, encodes and uploads; entries are committed meanwhile.</summary>
    Reading,

    /// <summary>A cancelled pipeline comes to its end; what it stores is given up.</summary>
    Draining,

    /// <summary>All is read; the last entries are committed.</summary>
    Committing,

    /// <summary>It has asked the source where the log starts and ends now.</summary>
    ReadingBounds,

    /// <summary>It waits to try again.</summary>
    BackingOff,
}
