namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Whether the transaction ended, and with which epoch the producer goes on.</summary>
internal sealed class EndTxnResponse : IWireStruct
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
        ProducerId = codec.Int64(ProducerId, codec.Since(5));
        ProducerEpoch = codec.Int16(ProducerEpoch, codec.Since(5));
    }
}
