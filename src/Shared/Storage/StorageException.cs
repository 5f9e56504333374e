namespace KafkaBackup.Shared.Storage;

/// <summary>The object store did not do what it was asked to, for a reason other than "not there" or a condition that did not hold.</summary>
public sealed class StorageException : BackupException
{
    /// <summary>Makes the failure of an operation on <paramref name="key"/>.</summary>
    /// <param name="key">The object, or the prefix of a listing.</param>
    /// <param name="message">The sentence for the operator; names store and key.</param>
    /// <param name="inner">The store's own exception.</param>
    public StorageException(string key, string message, Exception? inner = null)
        : base(FailureKind.Storage, message, inner) => Key = key;

    /// <summary>The object, or the prefix of a listing.</summary>
    public string Key { get; }

    /// <summary>For how long the store had said nothing when it was given up; zero when it answered, or refused at once.</summary>
    public TimeSpan Silence { get; init; }
}
