namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaOffsetRollback tells. OSO's fields have OSO's names.</summary>
internal sealed record KafkaOffsetRollbackStatus : OperationStatusBase
{
    public int? GroupsRolledBack { get; init; }

    public int? GroupsFailed { get; init; }

    /// <summary>How long it took, as <c>1.23s</c>.</summary>
    public string? Duration { get; init; }

    /// <summary>The snapshot that groups were set back to.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Where groups stood when all were read again.</summary>
    public RollbackVerification? Verification { get; init; }
}

/// <summary>Whether groups stand where the snapshot has them.</summary>
internal sealed record RollbackVerification(bool AllMatched, int TotalGroups, int MatchedGroups, IReadOnlyList<string> MismatchedGroups);
