namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>A producer's id and epoch; a greater epoch of the same id fences the smaller ones.</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch)
{
    /// <summary>No producer.</summary>
    public static ProducerIdentity None { get; } = new(-1, -1);
}
