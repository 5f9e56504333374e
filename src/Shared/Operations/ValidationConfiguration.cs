namespace KafkaBackup.Shared.Operations;

/// <summary>A definition of <c>mode: validation</c>: what a Kafka cluster holds is compared with a backup. OSO's file of <c>validation run</c> is one without its mode.</summary>
public sealed record ValidationConfiguration : OperationConfiguration
{
    /// <summary><c>checks.message_count.enabled</c>: whether records are counted.</summary>
    public bool CountsMessages { get; init; }

    /// <summary><c>checks.message_count.fail_threshold</c>: so many records may be missing in all. Default: 0.</summary>
    public long MayLack { get; init; }

    /// <summary><c>checks.message_count.topics</c>: of which topics of the backup; empty: of all.</summary>
    public IReadOnlyList<string> CountedTopics { get; init; } = [];

    /// <summary><c>checks.offset_range.enabled</c>: whether logs are to reach as far as they should.</summary>
    public bool ChecksRanges { get; init; }

    /// <summary><c>checks.consumer_group_offsets.enabled</c>: whether consumer groups are to stand where they belong, or behind it.</summary>
    public bool ChecksGroups { get; init; }

    /// <summary><c>checks.consumer_group_offsets.groups</c>; empty: all that the backup has.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary><c>checks.custom_webhooks</c>: what is asked beside.</summary>
    public IReadOnlyList<Webhook> Webhooks { get; init; } = [];

    /// <summary><c>pitr_timestamp</c>, ms since 1970: up to when was restored, as webhooks are told.</summary>
    public long? PitrTimestamp { get; init; }

    /// <summary><c>triggered_by</c>: who asked for it, as the report tells.</summary>
    public string? TriggeredBy { get; init; }

    /// <summary><c>evidence</c>: whether the report is stored in the storage of the backup, below <c>evidence-reports/</c>.</summary>
    public bool StoresReport { get; init; }

    /// <summary>Whether a Kafka cluster has to be asked.</summary>
    public bool AsksTarget => CountsMessages || ChecksRanges || ChecksGroups;

    /// <summary>A service that is asked whether all is well.</summary>
    /// <param name="Name">What its check is called.</param>
    /// <param name="Url">Its address, http or https.</param>
    /// <param name="Timeout">How long it is waited for.</param>
    /// <param name="ExpectedStatus">The HTTP status that it answers with when it could tell.</param>
    public sealed record Webhook(string Name, Uri Url, TimeSpan Timeout, int ExpectedStatus);
}
