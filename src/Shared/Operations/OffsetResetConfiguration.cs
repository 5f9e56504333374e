namespace KafkaBackup.Shared.Operations;

/// <summary>A definition of <c>mode: offset-reset</c>: consumer groups are set to other offsets.</summary>
public sealed record OffsetResetConfiguration : OperationConfiguration
{
    /// <summary><c>reset.strategy</c>: where to.</summary>
    public required ResetStrategy Strategy { get; init; }

    /// <summary><c>reset.consumer_groups</c>: which groups; at least one.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary><c>reset.topics</c>: in which topics, in all of their partitions; empty: in the partitions that a group has committed in.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary><c>reset.timestamp</c>, ms since 1970, of <see cref="ResetStrategy.ToTimestamp"/>; <c>reset.offset</c> of <see cref="ResetStrategy.ToOffset"/>.</summary>
    public long At { get; init; }

    /// <summary><c>reset.restore_id</c> of <see cref="ResetStrategy.FromMapping"/>: which restore, as its report is called; null: the last one that came to its end.</summary>
    public string? RestoreId { get; init; }

    /// <summary><c>reset.snapshot_id</c>: under which name the offsets of before are kept; null: they are not.</summary>
    public string? SnapshotId { get; init; }

    /// <summary><c>reset.max_concurrent</c>: how many groups are set at a time, 1 to <see cref="MostConcurrent"/>. Default: 50, which is OSO's.</summary>
    public int MaxConcurrent { get; init; } = 50;

    /// <summary><c>reset.continue_on_error</c>: whether a group that cannot be set keeps no other from it.</summary>
    public bool ContinuesOnError { get; init; }

    /// <summary><c>reset.dry_run</c>: whether nothing is set.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The most groups at a time.</summary>
    public const int MostConcurrent = 1_000;
}
