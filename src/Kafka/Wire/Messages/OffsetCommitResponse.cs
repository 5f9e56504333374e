namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Whether offsets of a group were taken.</summary>
internal sealed class OffsetCommitResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(3));
        Topics = codec.List(Topics);
    }

    /// <summary>A topic with some of its partitions.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public List<Partition> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name, codec.Until(9));
            TopicId = codec.Uuid(TopicId, codec.Since(10));
            Partitions = codec.List(Partitions);
        }
    }

    /// <summary>What came of one partition's offset.</summary>
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
