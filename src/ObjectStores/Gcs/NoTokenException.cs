namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>Whoever gives tokens does not answer: not the store.</summary>
/// <param name="message">Who, and why.</param>
/// <param name="cause">What went wrong.</param>
internal sealed class NoTokenException(string message, Exception cause) : Exception(message, cause);
