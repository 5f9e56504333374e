namespace KafkaBackup.Shared.Validation;

/// <summary>What a validation comes to.</summary>
public enum ValidationVerdict
{
    /// <summary>All that the backup answers for is there.</summary>
    Valid,

    /// <summary>All is there but for ranges that are recorded as gone at the source.</summary>
    ValidWithGaps,

    /// <summary>Something is missing, damaged, or other than the backup says.</summary>
    Invalid,
}
