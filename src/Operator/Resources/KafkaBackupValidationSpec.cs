namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaBackupValidation asks for. Fields of the schema that have one value only are not here.</summary>
internal sealed record KafkaBackupValidationSpec
{
    public BackupReference BackupRef { get; init; } = new();

    public KafkaClusterSpec? KafkaCluster { get; init; }

    public ChecksSpec Checks { get; init; } = new();

    /// <summary>Given: each report is stored beside the backup.</summary>
    public EvidenceSpec? Evidence { get; init; }

    /// <summary>5 fields, or OSO's 6 or 7, or one of its shorthands; null: once, and again when the object changes.</summary>
    public string? Schedule { get; init; }

    public string? TimeZone { get; init; }

    public bool Suspend { get; init; }
}

/// <summary><c>checks</c>.</summary>
internal sealed record ChecksSpec
{
    public MessageCountSpec? MessageCount { get; init; }

    public CheckSpec? OffsetRange { get; init; }

    public GroupOffsetsSpec? ConsumerGroupOffsets { get; init; }

    public IReadOnlyList<WebhookSpec> CustomWebhooks { get; init; } = [];
}

/// <summary>A check.</summary>
internal record CheckSpec
{
    public bool Enabled { get; init; } = true;
}

/// <summary><c>messageCount</c>.</summary>
internal sealed record MessageCountSpec : CheckSpec
{
    public long FailThreshold { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = [];
}

/// <summary><c>consumerGroupOffsets</c>.</summary>
internal sealed record GroupOffsetsSpec : CheckSpec
{
    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];
}

/// <summary>One of <c>customWebhooks</c>.</summary>
internal sealed record WebhookSpec(string Name, string Url)
{
    public int TimeoutSecs { get; init; } = 120;

    public int ExpectedStatusCode { get; init; } = 200;
}

/// <summary><c>evidence</c>: all of it has one value only.</summary>
internal sealed record EvidenceSpec;
