namespace KafkaBackup.Shared.Oso;

/// <summary>What <c>offsets.db</c> says of a backup's latest run. Nothing decides by it; OSO's <c>status</c> shows it.</summary>
public enum BackupJobStatus
{
    /// <summary>A run is under way, or ended without finishing. Stored as <c>running</c>.</summary>
    Running,

    /// <summary>The run came to its end. Stored as <c>completed</c>.</summary>
    Completed,
}
