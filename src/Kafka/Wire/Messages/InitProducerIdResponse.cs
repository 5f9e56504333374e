namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The producer id and its epoch.</summary>
internal sealed class InitProducerIdResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public KafkaError ErrorCode { get; set; }

    public long ProducerId { get; set; } = -1;

    public short ProducerEpoch { get; set; } = -1;

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        ErrorCode = codec.Error(ErrorCode);
        ProducerId = codec.Int64(ProducerId);
        ProducerEpoch = codec.Int16(ProducerEpoch);
    }
}
