namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Whether the mechanism is on offer, and which ones are.</summary>
internal sealed class SaslHandshakeResponse : IWireStruct
{
    public KafkaError ErrorCode { get; set; }

    public List<string> Mechanisms { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ErrorCode = codec.Error(ErrorCode);
        Mechanisms = codec.StringList(Mechanisms);
    }
}
