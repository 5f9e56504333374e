namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Who leads a partition, and since which change of leaders.</summary>
internal sealed class LeaderIdAndEpoch : IWireStruct
{
    public int LeaderId { get; set; } = -1;

    public int LeaderEpoch { get; set; } = -1;

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        LeaderId = codec.Int32(LeaderId);
        LeaderEpoch = codec.Int32(LeaderEpoch);
    }
}
