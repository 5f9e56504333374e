namespace KafkaBackup.Shared.Configuration;

/// <summary>What a filter says of a record.</summary>
public enum RecordFate
{
    /// <summary>It is restored as it is.</summary>
    Kept,

    /// <summary>It is restored without its value and headers.</summary>
    Tombstone,

    /// <summary>It is not restored.</summary>
    LeftOut,
}
