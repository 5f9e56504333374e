namespace KafkaBackup.Management;

/// <summary>A restore to be begun.</summary>
/// <param name="Definition">The configuration file as its user wrote it.</param>
/// <param name="Run">A name of the run that no other has: asked for again, it begins only once.</param>
public sealed record RestoreSubmission(string Definition, string Run)
{
    /// <summary>Whether nothing is to be written.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether every record is to be read back and compared.</summary>
    public bool ComparesAll { get; init; }
}
