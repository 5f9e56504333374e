namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks what groups read next: of all partitions where topics are null.</summary>
internal sealed class OffsetFetchRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.OffsetFetch, 1, 10, 6, () => new OffsetFetchRequest(), () => new OffsetFetchResponse());

    public string GroupId { get; set; } = "";

    public List<Topic>? Topics { get; set; } = [];

    public List<Group> Groups { get; set; } = [];

    public bool RequireStable { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        GroupId = codec.String(GroupId, codec.Until(7));
        Topics = codec.NullableList(Topics, codec.Since(2), codec.Until(7));
        Groups = codec.List(Groups, codec.Since(8));
        RequireStable = codec.Boolean(RequireStable, codec.Since(7));
    }

    /// <summary>One of several groups.</summary>
    public sealed class Group : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public string? MemberId { get; set; }

        public int MemberEpoch { get; set; } = -1;

        public List<Topic>? Topics { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            GroupId = codec.String(GroupId);
            MemberId = codec.NullableString(MemberId, codec.Since(9));
            MemberEpoch = codec.Int32(MemberEpoch, codec.Since(9));
            Topics = codec.NullableList(Topics);
        }
    }

    /// <summary>A topic with some of its partitions.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name, codec.Until(9));
            TopicId = codec.Uuid(TopicId, codec.Since(10));
            Partitions = codec.Int32List(Partitions);
        }
    }
}
