namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaOffsetReset tells. OSO's fields have OSO's names.</summary>
internal sealed record KafkaOffsetResetStatus : OperationStatusBase
{
    public int? GroupsTotal { get; init; }

    public int? GroupsReset { get; init; }

    public int? GroupsFailed { get; init; }

    /// <summary>How long it took, as <c>1.23s</c>.</summary>
    public string? Duration { get; init; }

    /// <summary>The snapshot of the offsets of before, which a KafkaOffsetRollback may name.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Where it lies.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>What came of each group, some at most.</summary>
    public IReadOnlyList<GroupResult>? GroupResults { get; init; }
}

/// <summary>What came of a group.</summary>
internal sealed record GroupResult(string GroupId, bool Success)
{
    public string? Error { get; init; }

    public int? PartitionsReset { get; init; }
}
