namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Which partitions are part of the transaction now.</summary>
internal sealed class AddPartitionsToTxnResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public KafkaError ErrorCode { get; set; }

    public List<Transaction> Transactions { get; set; } = [];

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        ErrorCode = codec.Error(ErrorCode, codec.Since(4));
        Transactions = codec.List(Transactions, codec.Since(4));
        Topics = codec.List(Topics, codec.Until(3));
    }

    /// <summary>What became of one transaction's partitions.</summary>
    public sealed class Transaction : IWireStruct
    {
        public string TransactionalId { get; set; } = "";

        public List<Topic> Topics { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            TransactionalId = codec.String(TransactionalId);
            Topics = codec.List(Topics);
        }
    }

    /// <summary>A topic.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<Partition> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Partitions = codec.List(Partitions);
        }
    }

    /// <summary>What became of one partition.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public KafkaError ErrorCode { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            ErrorCode = codec.Error(ErrorCode);
        }
    }
}
