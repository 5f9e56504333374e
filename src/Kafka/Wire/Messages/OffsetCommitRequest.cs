namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Says what a consumer group reads next.</summary>
internal sealed class OffsetCommitRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.OffsetCommit, 2, 10, 8, () => new OffsetCommitRequest(), () => new OffsetCommitResponse());

    public string GroupId { get; set; } = "";

    public int GenerationIdOrMemberEpoch { get; set; } = -1;

    public string MemberId { get; set; } = "";

    public string? GroupInstanceId { get; set; }

    public long RetentionTimeMs { get; set; } = -1;

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        GroupId = codec.String(GroupId);
        GenerationIdOrMemberEpoch = codec.Int32(GenerationIdOrMemberEpoch);
        MemberId = codec.String(MemberId);
        GroupInstanceId = codec.NullableString(GroupInstanceId, codec.Since(7));
        RetentionTimeMs = codec.Int64(RetentionTimeMs, codec.Until(4));
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

    /// <summary>The offset that is read next of a partition.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public long CommittedOffset { get; set; }

        public int CommittedLeaderEpoch { get; set; } = -1;

        public string? CommittedMetadata { get; set; } = "";

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            CommittedOffset = codec.Int64(CommittedOffset);
            CommittedLeaderEpoch = codec.Int32(CommittedLeaderEpoch, codec.Since(6));
            CommittedMetadata = codec.NullableString(CommittedMetadata);
        }
    }
}
