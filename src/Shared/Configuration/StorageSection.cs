namespace KafkaBackup.Shared.Configuration;

/// <summary><c>storage</c>: the object store, chosen by <c>storage.backend</c>.</summary>
public abstract record StorageSection;
