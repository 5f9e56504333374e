namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Appends record batches to partitions.</summary>
internal sealed class ProduceRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.Produce, 3, 13, 9, () => new ProduceRequest(), () => new ProduceResponse());

    public string? TransactionalId { get; set; }

    public short Acks { get; set; }

    public int TimeoutMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        TransactionalId = codec.NullableString(TransactionalId);
        Acks = codec.Int16(Acks);
        TimeoutMs = codec.Int32(TimeoutMs);
        Topics = codec.List(Topics);
    }

    /// <summary>A topic, by name or, since version 13, by id.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public List<Partition> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name, codec.Until(12));
            TopicId = codec.Uuid(TopicId, codec.Since(13));
            Partitions = codec.List(Partitions);
        }
    }

    /// <summary>A partition and what to append.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public RecordSet? Records { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            Records = codec.Records(Records);
        }
    }
}
