namespace KafkaBackup.Shared.Protocol;

/// <summary>What the conductor of a restore in a cluster is told, asked, and says.</summary>
public static class RestoreRunProtocol
{
    /// <summary>A message for the conductor of one restore, by which sharding routes it.</summary>
    public interface IRestoreMessage : IWireMessage
    {
        /// <summary>The restore, by the hash of what is wanted.</summary>
        string Restore { get; }
    }

    /// <summary>Begin a run, or join the one under way. Answered by <see cref="RestoreRunStatus"/>.</summary>
    /// <param name="Restore">The restore.</param>
    /// <param name="Run">The run that is meant: asked for again, it begins only once.</param>
    /// <param name="Definition">The configuration as its user wrote it, variables unresolved.</param>
    public sealed record StartRestoreRun(string Restore, string Run, string Definition) : IRestoreMessage
    {
        /// <summary>Whether nothing is to be written, whatever the definition says.</summary>
        public bool IsDryRun { get; init; }

        /// <summary>Whether every record is to be read back and compared.</summary>
        public bool ComparesAll { get; init; }
    }

    /// <summary>Asks how far it is; answered by <see cref="RestoreRunStatus"/> in every state.</summary>
    /// <param name="Restore">The restore.</param>
    /// <param name="AfterLine">How many of the run's lines the asker has: what comes behind is told.</param>
    public sealed record GetRestoreRun(string Restore, int AfterLine) : IRestoreMessage;

    /// <summary>Ends it early, in good order. Answered by <see cref="RestoreRunStatus"/>.</summary>
    public sealed record StopRestoreRun(string Restore) : IRestoreMessage;

    /// <summary>Asks for the report of a run that has ended. Answered by <see cref="RestoreReportPart"/>.</summary>
    /// <param name="Restore">The restore.</param>
    /// <param name="From">How many letters of it the asker has.</param>
    public sealed record GetRestoreReport(string Restore, int From) : IRestoreMessage;

    /// <summary>A part of a report, as one may be larger than a message.</summary>
    /// <param name="Restore">The restore.</param>
    /// <param name="Text">What comes behind what the asker has; empty at the end.</param>
    /// <param name="Length">How many letters there are in all; null when there is no report, as the run has not ended or is not known here.</param>
    public sealed record RestoreReportPart(string Restore, string Text, int? Length) : IRestoreMessage
    {
        /// <summary>How many letters a message carries.</summary>
        public const int MostText = 50_000;
    }

    /// <summary>How far a restore is.</summary>
    /// <param name="Restore">The restore.</param>
    /// <param name="Run">The run; null when the conductor knows of none, as it has come to another node: ask for it again.</param>
    public sealed record RestoreRunStatus(string Restore, string? Run) : IRestoreMessage
    {
        /// <summary>How many lines a message carries.</summary>
        public const int MostLines = 100;

        /// <summary>A phase of a restore, as Restoring or Counting.</summary>
        public string Phase { get; init; } = "";

        /// <summary>Partitions that are restored by it.</summary>
        public int PartitionsPlanned { get; init; }

        /// <summary>How many of them have come to their end.</summary>
        public int PartitionsDone { get; init; }

        /// <summary>How many records the backup tells of.</summary>
        public long RecordsPlanned { get; init; }

        /// <summary>Records that all nodes have read so far.</summary>
        public long Records { get; init; }

        /// <summary>Bytes of those of them that are wanted.</summary>
        public long Bytes { get; init; }

        /// <summary>What the run has said since, in order: some at a time.</summary>
        public IReadOnlyList<RestoreLine> Lines { get; init; } = [];

        /// <summary>The number of the last line here, to be given as <see cref="GetRestoreRun.AfterLine"/>.</summary>
        public int LastLine { get; init; }

        /// <summary>How it ended; null while it has not, or while there are more lines.</summary>
        public RestoreVerdict? Verdict { get; init; }
    }

    /// <summary>A line for the operator.</summary>
    /// <param name="Level">Information, Warning or Error.</param>
    /// <param name="Text">A sentence.</param>
    public sealed record RestoreLine(string Level, string Text);
}
