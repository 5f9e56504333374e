namespace KafkaBackup.Kafka.Wire;

/// <summary>A tagged field of a structure.</summary>
/// <param name="Number">Its tag.</param>
/// <param name="IsSet">Whether a writer sends it.</param>
/// <param name="Exchange">Walks over its value.</param>
internal readonly record struct WireTag(int Number, bool IsSet, Action Exchange);
