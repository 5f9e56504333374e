namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>How the order of a partition worker is to end.</summary>
internal enum WorkEnding
{
    /// <summary>When all is read and committed.</summary>
    Through,

    /// <summary>The ledger is asked once more when the work at hand is done: there is more to do, or another writer is ahead.</summary>
    AskAgain,

    /// <summary>As soon as what is uploaded is committed.</summary>
    Cancelled,

    /// <summary>The same, and nobody is told.</summary>
    HandedOff,
}
