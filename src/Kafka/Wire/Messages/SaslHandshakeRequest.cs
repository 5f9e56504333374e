namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Names the SASL mechanism that the client wants to authenticate by.</summary>
internal sealed class SaslHandshakeRequest : IWireStruct
{
    /// <summary>The versions that are described here. After version 0 the exchange goes on without any frames of Kafka's.</summary>
    public static readonly WireApi Api = new(
        ApiKey.SaslHandshake, 0, 1, short.MaxValue, () => new SaslHandshakeRequest(), () => new SaslHandshakeResponse());

    public string Mechanism { get; set; } = "";

    /// <inheritdoc />
    public void Exchange(WireCodec codec) => Mechanism = codec.String(Mechanism);
}
