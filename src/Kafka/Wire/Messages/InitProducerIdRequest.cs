namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for a producer id, or for a new epoch of one.</summary>
internal sealed class InitProducerIdRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.InitProducerId, 0, 5, 2, () => new InitProducerIdRequest(), () => new InitProducerIdResponse());

    public string? TransactionalId { get; set; }

    public int TransactionTimeoutMs { get; set; }

    public long ProducerId { get; set; } = -1;

    public short ProducerEpoch { get; set; } = -1;

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        TransactionalId = codec.NullableString(TransactionalId);
        TransactionTimeoutMs = codec.Int32(TransactionTimeoutMs);
        ProducerId = codec.Int64(ProducerId, codec.Since(3));
        ProducerEpoch = codec.Int16(ProducerEpoch, codec.Since(3));
    }
}
