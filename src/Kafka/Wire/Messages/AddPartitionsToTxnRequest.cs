namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Says which partitions a transaction is about to write to.</summary>
internal sealed class AddPartitionsToTxnRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.AddPartitionsToTxn, 0, 5, 3, () => new AddPartitionsToTxnRequest(), () => new AddPartitionsToTxnResponse());

    public List<Transaction> Transactions { get; set; } = [];

    public string TransactionalId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Transactions = codec.List(Transactions, codec.Since(4));
        TransactionalId = codec.String(TransactionalId, codec.Until(3));
        ProducerId = codec.Int64(ProducerId, codec.Until(3));
        ProducerEpoch = codec.Int16(ProducerEpoch, codec.Until(3));
        Topics = codec.List(Topics, codec.Until(3));
    }

    /// <summary>One of several transactions; only brokers send several.</summary>
    public sealed class Transaction : IWireStruct
    {
        public string TransactionalId { get; set; } = "";

        public long ProducerId { get; set; }

        public short ProducerEpoch { get; set; }

        public bool VerifyOnly { get; set; }

        public List<Topic> Topics { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            TransactionalId = codec.String(TransactionalId);
            ProducerId = codec.Int64(ProducerId);
            ProducerEpoch = codec.Int16(ProducerEpoch);
            VerifyOnly = codec.Boolean(VerifyOnly);
            Topics = codec.List(Topics);
        }
    }

    /// <summary>A topic with some of its partitions.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Partitions = codec.Int32List(Partitions);
        }
    }
}
