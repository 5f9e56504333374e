namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The broker's next message in the exchange of the SASL mechanism, and how long the client may stay on it.</summary>
internal sealed class SaslAuthenticateResponse : IWireStruct
{
    public KafkaError ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public ReadOnlyMemory<byte> AuthBytes { get; set; }

    /// <summary>0 is without limit.</summary>
    public long SessionLifetimeMs { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ErrorCode = codec.Error(ErrorCode);
        ErrorMessage = codec.NullableString(ErrorMessage);
        AuthBytes = codec.Bytes(AuthBytes);
        SessionLifetimeMs = codec.Int64(SessionLifetimeMs, codec.Since(1));
    }
}
