namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Commits or aborts a transaction.</summary>
internal sealed class EndTxnRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.EndTxn, 0, 5, 3, () => new EndTxnRequest(), () => new EndTxnResponse());

    public string TransactionalId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    public bool Committed { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        TransactionalId = codec.String(TransactionalId);
        ProducerId = codec.Int64(ProducerId);
        ProducerEpoch = codec.Int16(ProducerEpoch);
        Committed = codec.Boolean(Committed);
    }
}
