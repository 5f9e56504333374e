namespace KafkaBackup.Shared.Operations;

/// <summary>How a check ended. A later one here is the graver.</summary>
public enum CheckVerdict
{
    /// <summary>There was nothing to check.</summary>
    Skipped,

    /// <summary>All is as it should be.</summary>
    Passed,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>Something is not as it should be.</summary>
    Failed,
}
