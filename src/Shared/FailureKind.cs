namespace KafkaBackup.Shared;

/// <summary>Which side of a backup failed. It decides the exit code; of several, the later one here is the graver.</summary>
public enum FailureKind
{
    /// <summary>The configuration or a flag is wrong. Exit code 2.</summary>
    Configuration,

    /// <summary>Kafka could not be reached, refused, or no longer is what was backed up before. Exit code 4.</summary>
    Source,

    /// <summary>Neither source nor storage: a fault of this program or an unexpected state. Exit code 1.</summary>
    Internal,

    /// <summary>The object store could not be reached, refused, or holds something unreadable. Exit code 5.</summary>
    Storage,

    /// <summary>Another ledger writer took over this backup. Exit code 1.</summary>
    Fenced,
}
