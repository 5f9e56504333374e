namespace KafkaBackup.Operator.Backups;

/// <summary>What is to be told the cluster, so that it does what an object asks for.</summary>
internal abstract record BackupOrder
{
    /// <summary>Declare it, or what has changed of it.</summary>
    public sealed record Declare : BackupOrder;

    /// <summary>Begin a run of this name.</summary>
    public sealed record Start(string Run) : BackupOrder;

    /// <summary>End the run, and begin none.</summary>
    public sealed record Pause : BackupOrder;

    /// <summary>Let runs begin again.</summary>
    public sealed record Resume : BackupOrder;

    /// <summary>End the run, as it takes too long.</summary>
    public sealed record Cancel : BackupOrder;
}
