namespace KafkaBackup.Operator.Definitions;

/// <summary>A spec asks for something that cannot be; the message says what and where, and what to do instead.</summary>
internal sealed class SpecException(string message) : Exception(message);
