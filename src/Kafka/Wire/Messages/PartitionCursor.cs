namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The partition with which the next page begins.</summary>
internal sealed class PartitionCursor : IWireStruct
{
    public string TopicName { get; set; } = "";

    public int PartitionIndex { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        TopicName = codec.String(TopicName);
        PartitionIndex = codec.Int32(PartitionIndex);
    }
}
