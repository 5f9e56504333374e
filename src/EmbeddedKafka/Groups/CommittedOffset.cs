namespace KafkaBackup.EmbeddedKafka.Groups;

/// <summary>What a group has committed of a partition.</summary>
/// <param name="Offset">The offset that it reads next.</param>
/// <param name="LeaderEpoch">The leader epoch that its consumer knew; -1 for none.</param>
/// <param name="Metadata">What its consumer keeps beside the offset.</param>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata);
