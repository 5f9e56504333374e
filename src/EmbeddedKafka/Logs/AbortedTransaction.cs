namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>An aborted transaction in one partition.</summary>
/// <param name="ProducerId">Whose it was.</param>
/// <param name="FirstOffset">Its first record.</param>
/// <param name="MarkerOffset">The control record that ended it.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long MarkerOffset);
