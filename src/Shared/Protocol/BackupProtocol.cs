namespace KafkaBackup.Shared.Protocol;

/// <summary>What a backup coordinator is told, asked, and says.</summary>
public static class BackupProtocol
{
    /// <summary>Start a run, or join the one under way. Answered by <see cref="BackupFinished"/> when the run is over.</summary>
    public sealed record StartBackup(BackupId Backup, RunId Run) : IBackupMessage
    {
        /// <summary>The configuration as its user wrote it, variables unresolved; null where every node was started with it.</summary>
        public string? Definition { get; init; }

        /// <inheritdoc />
        public int Placement { get; init; }
    }

    /// <summary>End the run early: what is uploaded is committed and shown, the rest is left for the next run.</summary>
    public sealed record StopBackup(BackupId Backup) : IBackupMessage
    {
        /// <summary>The run that is meant, by the name by which it was asked for: the sender hears of its end, even if it is over or never began here.</summary>
        public RunId? Run { get; init; }

        /// <inheritdoc />
        public int Placement { get; init; }
    }

    /// <summary>Asks how far a run is; answered by <see cref="BackupStatus"/> in every state.</summary>
    public sealed record GetBackupStatus(BackupId Backup) : IBackupMessage
    {
        /// <inheritdoc />
        public int Placement { get; init; }
    }

    /// <summary>How far a run is.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Phase">Idle, Planning, Running, Stopping or Finishing; of a continuous run with nothing to read also Refreshing or Waiting.</param>
    /// <param name="PartitionsPlanned">Partitions with work in this run.</param>
    /// <param name="PartitionsDone">How many of them are finished or failed.</param>
    /// <param name="OffsetsPlanned">How many offsets they have to read together; not all need hold a record.</param>
    public sealed record BackupStatus(BackupId Backup, string Phase, int PartitionsPlanned, int PartitionsDone, long OffsetsPlanned = 0) : IBackupMessage
    {
        /// <summary>Records committed by orders that have ended.</summary>
        public long Records { get; init; }

        /// <summary>Their bytes before compression.</summary>
        public long Bytes { get; init; }

        /// <summary>Offsets that the backup was behind the source at the last look, less what was saved since; null before the first look.</summary>
        public long? Lag { get; init; }
    }

    /// <summary>A run is over.</summary>
    public sealed record BackupFinished(BackupId Backup, RunId Run) : IBackupMessage
    {
        /// <summary>Records committed by this run.</summary>
        public long Records { get; init; }

        /// <summary>Topics that matched.</summary>
        public int Topics { get; init; }

        /// <summary>Gaps recorded by this run: ranges that the source had deleted before they were read.</summary>
        public int Gaps { get; init; }

        /// <summary>Whether the run was told to stop before it was through.</summary>
        public bool WasStopped { get; init; }

        /// <summary>What went wrong; empty when all is backed up. At most <see cref="MaxFailures"/>, the gravest first.</summary>
        public IReadOnlyList<Fault> Failures { get; init; } = [];

        /// <summary>How many partitions failed.</summary>
        public int FailedPartitions { get; init; }

        /// <summary>Who did not take the run, and why says the failure that comes with it: another node may. Null when the run was conducted.</summary>
        public Refusal? Refusal { get; init; }

        /// <summary>How many shards on from the backup's own the coordinator is that says this.</summary>
        public int Placement { get; init; }

        /// <summary>How many failures a message carries.</summary>
        public const int MaxFailures = 20;
    }
}
