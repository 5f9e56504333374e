namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The client's next message in the exchange of the SASL mechanism.</summary>
internal sealed class SaslAuthenticateRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.SaslAuthenticate, 0, 2, 2, () => new SaslAuthenticateRequest(), () => new SaslAuthenticateResponse());

    public ReadOnlyMemory<byte> AuthBytes { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec) => AuthBytes = codec.Bytes(AuthBytes);
}
