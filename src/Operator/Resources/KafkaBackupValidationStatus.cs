namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaBackupValidation tells. OSO's fields have OSO's names.</summary>
internal sealed record KafkaBackupValidationStatus : OperationStatusBase
{
    /// <summary><c>Pass</c>, <c>Warn</c>, <c>Fail</c> or <c>Skip</c>: the gravest of all checks.</summary>
    public string? ValidationResult { get; init; }

    public int? ChecksTotal { get; init; }

    public int? ChecksCompleted { get; init; }

    public int? ChecksPassed { get; init; }

    public int? ChecksFailed { get; init; }

    public int? ChecksWarned { get; init; }

    public IReadOnlyList<CheckResult>? CheckResults { get; init; }

    /// <summary>Where the last report lies in the storage of the backup.</summary>
    public string? EvidenceReportPath { get; init; }

    /// <summary>Whether it is signed; it never is.</summary>
    public bool? EvidenceReportSigned { get; init; }

    public DateTimeOffset? LastValidationTime { get; init; }

    public DateTimeOffset? NextScheduledValidation { get; init; }

    /// <summary>What the validation under way, or the last one, was due by: a time of the schedule, or a generation of the object.</summary>
    public string? LastRun { get; init; }
}

/// <summary>What a check found.</summary>
internal sealed record CheckResult(string CheckName, string Outcome)
{
    public string? Message { get; init; }

    public long? DurationMs { get; init; }
}
