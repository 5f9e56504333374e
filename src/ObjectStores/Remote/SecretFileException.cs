namespace KafkaBackup.ObjectStores.Remote;

/// <summary>A file with credentials cannot be used. It was in order when the run began, so it may be so again at the next try.</summary>
/// <param name="message">Which one, and why.</param>
/// <param name="cause">What went wrong; null where its words might show the secret.</param>
internal sealed class SecretFileException(string message, Exception? cause = null) : Exception(message, cause);
