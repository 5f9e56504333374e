namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a partition, or a topic, lacks.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition's number; empty: all of the topic.</param>
/// <param name="Records">Offsets that the source has and the backup has not.</param>
/// <param name="Seconds">How long ago the oldest of them was seen first.</param>
internal readonly record struct PartitionLag(string Topic, string Partition, long Records, double Seconds);
