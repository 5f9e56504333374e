namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaOffsetReset asks for. Fields of the schema that have one value only are not here.</summary>
internal sealed record KafkaOffsetResetSpec
{
    public KafkaClusterSpec KafkaCluster { get; init; } = new();

    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];

    public string ResetStrategy { get; init; } = "";

    public long? ResetTimestamp { get; init; }

    public long? ResetOffset { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = [];

    public int Parallelism { get; init; } = 50;

    public bool DryRun { get; init; }

    public bool ContinueOnError { get; init; }

    public OffsetMappingReference? OffsetMappingRef { get; init; }

    public bool SnapshotBeforeReset { get; init; } = true;
}

/// <summary><c>offsetMappingRef</c>: the restore that tells where groups belong.</summary>
internal sealed record OffsetMappingReference
{
    public string RestoreName { get; init; } = "";
}
