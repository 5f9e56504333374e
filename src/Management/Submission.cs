namespace KafkaBackup.Management;

/// <summary>A backup to be declared.</summary>
/// <param name="Definition">The configuration file as its user wrote it.</param>
public sealed record Submission(string Definition)
{
    /// <summary>When runs are to begin, as a cron expression of 5 or 6 fields; null: now.</summary>
    public string? Schedule { get; init; }

    /// <summary>The time zone of <see cref="Schedule"/>, by its IANA name; null: UTC.</summary>
    public string? TimeZone { get; init; }
}
