using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Protocol;

/// <summary>A journal event of a partition worker: a segment is stored and waits to be committed.</summary>
/// <remarks>Offered to the ledger again by the worker's next life, so that it need not be read again. The ledger decides, by the epoch in its name.</remarks>
/// <param name="Entry">What would be committed.</param>
/// <param name="TopicId">The topic that was read, by Kafka's id; null when it is not known.</param>
public sealed record SegmentUploaded(LedgerEntry Entry, string? TopicId) : IWireMessage;
