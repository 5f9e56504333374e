namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>What groups read next.</summary>
internal sealed class OffsetFetchResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    public KafkaError ErrorCode { get; set; }

    public List<Group> Groups { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(3));
        Topics = codec.List(Topics, codec.Until(7));
        ErrorCode = codec.Error(ErrorCode, codec.Since(2) && codec.Until(7));
        Groups = codec.List(Groups, codec.Since(8));
    }

    /// <summary>One of several groups.</summary>
    public sealed class Group : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public List<Topic> Topics { get; set; } = [];

        public KafkaError ErrorCode { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            GroupId = codec.String(GroupId);
            Topics = codec.List(Topics);
            ErrorCode = codec.Error(ErrorCode);
        }
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

    /// <summary>The offset that is read next of a partition; -1 where the group has none.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public long CommittedOffset { get; set; } = -1;

        public int CommittedLeaderEpoch { get; set; } = -1;

        public string? Metadata { get; set; } = "";

        public KafkaError ErrorCode { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            CommittedOffset = codec.Int64(CommittedOffset);
            CommittedLeaderEpoch = codec.Int32(CommittedLeaderEpoch, codec.Since(5));
            Metadata = codec.NullableString(Metadata);
            ErrorCode = codec.Error(ErrorCode);
        }
    }
}
