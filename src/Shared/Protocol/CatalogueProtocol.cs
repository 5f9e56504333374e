namespace KafkaBackup.Shared.Protocol;

/// <summary>What the keeper of the catalogue is told, asked, and says. It is one for the whole cluster.</summary>
public static class CatalogueProtocol
{
    /// <summary>The longest definition, in bytes of UTF-8: it travels with each order, and messages stay small.</summary>
    public const int MaxDefinitionBytes = 32 * 1024;

    /// <summary>How many backups one answer lists.</summary>
    public const int MaxListed = 100;

    /// <summary>In place of a schedule: there is to be none any more.</summary>
    public const string NoSchedule = "none";

    /// <summary>Declare a backup, or change what was declared. Answered by <see cref="CatalogueAnswer"/>.</summary>
    /// <param name="Backup">The backup.</param>
    /// <param name="Definition">The configuration as its user wrote it, variables unresolved.</param>
    /// <param name="IsContinuous">Whether it is to run without an end.</param>
    public sealed record DeclareBackup(BackupId Backup, string Definition, bool IsContinuous) : IWireMessage
    {
        /// <summary>When runs are to begin, as a cron expression of 5 or 6 fields; null: now, and by the schedule that there is, if any; <see cref="NoSchedule"/>: on demand only.</summary>
        public string? Schedule { get; init; }

        /// <summary>The time zone of <see cref="Schedule"/>, by its IANA name; null: UTC.</summary>
        public string? TimeZone { get; init; }
    }

    /// <summary>What to do about a declared backup.</summary>
    public enum CatalogueOrder
    {
        /// <summary>Begin a run now, or name the one under way.</summary>
        Start,

        /// <summary>End the run under way in good order, and begin none until <see cref="Resume"/>.</summary>
        Pause,

        /// <summary>Go on.</summary>
        Resume,

        /// <summary>End the run under way in good order. A backup that runs without an end is paused by it.</summary>
        Cancel,

        /// <summary>Forget the backup, once its run has ended. What is stored stays.</summary>
        Remove,
    }

    /// <summary>Carry out an order. Answered by <see cref="CatalogueAnswer"/>.</summary>
    public sealed record ChangeBackup(BackupId Backup, CatalogueOrder Order) : IWireMessage
    {
        /// <summary>With <see cref="CatalogueOrder.Start"/>: what the run is to be called. None begins if one of the last <see cref="DeclaredBackup.MaxRuns"/> was called so; null: any name.</summary>
        public string? Run { get; init; }
    }

    /// <summary>Asks about one backup. Answered by <see cref="CatalogueAnswer"/>.</summary>
    public sealed record GetBackup(BackupId Backup) : IWireMessage;

    /// <summary>Asks about all backups. Answered by <see cref="BackupList"/>.</summary>
    /// <param name="After">The last one that is known already; null for the first page.</param>
    public sealed record GetBackups(string? After) : IWireMessage;

    /// <summary>What became of a question or an order.</summary>
    /// <param name="Problem">Why nothing was changed; null when it was, or when nothing was to be.</param>
    /// <param name="Backup">The backup as it is now; null when there is none.</param>
    public sealed record CatalogueAnswer(Fault? Problem, DeclaredBackup? Backup) : IWireMessage;

    /// <summary>Backups in order of their ids, without definitions and with no runs but the last.</summary>
    /// <param name="Backups">At most <see cref="MaxListed"/>.</param>
    /// <param name="HasMore">Whether there are others after them.</param>
    public sealed record BackupList(IReadOnlyList<DeclaredBackup> Backups, bool HasMore) : IWireMessage;
}
