namespace KafkaBackup.Shared.Configuration;

/// <summary><c>retention_policy</c>: what is done about settings of a topic at the target that would delete, compact or change what is restored into it.</summary>
public enum RetentionPolicy
{
    /// <summary>Nothing is restored.</summary>
    Refuse,

    /// <summary>The settings are changed, and it is told how the topic gets its own back.</summary>
    Hold,

    /// <summary>Nothing: what happens to the records is wanted.</summary>
    Ignore,
}
