namespace KafkaBackup.Shared.Configuration;

/// <summary><c>action</c> of an entry of <c>restore.record_filters</c>: what becomes of records.</summary>
public enum RecordFilterAction
{
    /// <summary><c>drop</c>: those that it names are left out.</summary>
    Drop,

    /// <summary><c>keep</c>: those that it does not name are left out.</summary>
    Keep,

    /// <summary><c>tombstone</c>: those that it names come without value and headers.</summary>
    Tombstone,
}
