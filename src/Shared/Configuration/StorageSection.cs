namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage</c>: the object store, chosen by <c>storage.backend</c>.</summary>
public abstract record StorageSection
{
    /// <summary><c>storage.patience_secs</c>: how long a run, once begun, bears with a store that does not answer. Default: 10 minutes; a
    /// continuous run has as long as it takes.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>The files of which credentials are read.</summary>
    internal virtual IEnumerable<SecretFile> SecretFiles => [];
}
