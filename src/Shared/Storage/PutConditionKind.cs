namespace KafkaBackup.Shared.Storage;

/// <summary>The kinds of <see cref="PutCondition"/>.</summary>
public enum PutConditionKind
{
    /// <summary>No condition.</summary>
    Overwrite,

    /// <summary>Nothing may be there.</summary>
    CreateOnly,

    /// <summary>A certain version must be there.</summary>
    IfMatch,
}
