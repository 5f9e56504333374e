namespace KafkaBackup.Coordinator.Backup;

/// <summary>How far a run is on its way.</summary>
internal enum RunPhase
{
    /// <summary>There is no run.</summary>
    Idle,

    /// <summary>The ledger actor loads the ledger.</summary>
    Opening,

    /// <summary>Ledger and source are read.</summary>
    Planning,

    /// <summary>The ledger remembers what the source is, before records of it.</summary>
    Recording,

    /// <summary>Partitions are in work.</summary>
    Running,

    /// <summary>What holds back partitions that could not be read to their end is looked at.</summary>
    Inspecting,

    /// <summary>Consumer groups are read.</summary>
    Grouping,

    /// <summary>The ledger actor brings the views up to date.</summary>
    Finishing,
}
