namespace KafkaBackup.Shared.Configuration;

/// <summary><c>retention_policy</c>: what is done about settings of a topic at the target that would delete, compact or change what is restored into it.</summary>
public enum RetentionPolicy
{
    /// <summary>Nothing is restored.</summary>
    Refuse,

    /// <summary>The settings are changed, and it is told how the topic gets its own back.</summary>
    Hold,

    /// <summary>Records that the topic would delete for their age, or refuse, are left out, counted and told. What else it does to records is as with <see cref="Ignore"/>.</summary>
    Skip,

    /// <summary>Nothing: what happens to the records is wanted.</summary>
    Ignore,
}
