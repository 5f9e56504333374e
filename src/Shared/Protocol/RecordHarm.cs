namespace KafkaBackup.Shared.Protocol;

/// <summary>What the topic at the target would do to a record, by <see cref="RecordRules"/>.</summary>
public enum RecordHarm
{
    /// <summary>Nothing: it keeps it as it was.</summary>
    None,

    /// <summary>Delete it, as it is older than <c>retention.ms</c> keeps.</summary>
    TooOld,

    /// <summary>Refuse it for its time (<c>message.timestamp.before.max.ms</c>, <c>message.timestamp.after.max.ms</c>).</summary>
    OutOfTime,

    /// <summary>Refuse it, as it has no key and the topic is compacted.</summary>
    WithoutKey,
}
