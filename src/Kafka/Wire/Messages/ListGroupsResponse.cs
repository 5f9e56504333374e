namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The groups that the broker looks after.</summary>
internal sealed class ListGroupsResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public KafkaError ErrorCode { get; set; }

    public List<Group> Groups { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(1));
        ErrorCode = codec.Error(ErrorCode);
        Groups = codec.List(Groups);
    }

    /// <summary>A group.</summary>
    public sealed class Group : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public string ProtocolType { get; set; } = "";

        public string GroupState { get; set; } = "";

        public string GroupType { get; set; } = "";

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            GroupId = codec.String(GroupId);
            ProtocolType = codec.String(ProtocolType);
            GroupState = codec.String(GroupState, codec.Since(4));
            GroupType = codec.String(GroupType, codec.Since(5));
        }
    }
}
