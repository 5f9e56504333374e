using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>The cluster that is restored into.</summary>
/// <param name="Sink">Writes to it.</param>
/// <param name="Source">Reads what an earlier attempt wrote.</param>
public sealed record RestoreTarget(IRecordSink Sink, IRecordSource Source);
