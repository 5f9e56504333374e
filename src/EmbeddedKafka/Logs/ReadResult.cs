using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>What a fetch finds in a partition.</summary>
/// <param name="Error">Why nothing could be read.</param>
/// <param name="Bounds">How far the partition goes.</param>
/// <param name="Batches">Whole batches from the fetch offset on.</param>
/// <param name="Aborted">The aborted transactions among them, for a reader of committed records.</param>
internal sealed record ReadResult(
    KafkaError Error, LogBounds Bounds, IReadOnlyList<ReadOnlyMemory<byte>> Batches, IReadOnlyList<AbortedTransaction>? Aborted);
