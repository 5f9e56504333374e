namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The state and the members of groups.</summary>
internal sealed class DescribeGroupsResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Group> Groups { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(1));
        Groups = codec.List(Groups);
    }

    /// <summary>A group.</summary>
    public sealed class Group : IWireStruct
    {
        public KafkaError ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        public string GroupId { get; set; } = "";

        public string GroupState { get; set; } = "";

        public string ProtocolType { get; set; } = "";

        public string ProtocolData { get; set; } = "";

        public List<Member> Members { get; set; } = [];

        public int AuthorizedOperations { get; set; } = int.MinValue;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ErrorCode = codec.Error(ErrorCode);
            ErrorMessage = codec.NullableString(ErrorMessage, codec.Since(6));
            GroupId = codec.String(GroupId);
            GroupState = codec.String(GroupState);
            ProtocolType = codec.String(ProtocolType);
            ProtocolData = codec.String(ProtocolData);
            Members = codec.List(Members);
            AuthorizedOperations = codec.Int32(AuthorizedOperations, codec.Since(3));
        }
    }

    /// <summary>A consumer that is in the group.</summary>
    public sealed class Member : IWireStruct
    {
        public string MemberId { get; set; } = "";

        public string? GroupInstanceId { get; set; }

        public string ClientId { get; set; } = "";

        public string ClientHost { get; set; } = "";

        public ReadOnlyMemory<byte> MemberMetadata { get; set; }

        public ReadOnlyMemory<byte> MemberAssignment { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            MemberId = codec.String(MemberId);
            GroupInstanceId = codec.NullableString(GroupInstanceId, codec.Since(4));
            ClientId = codec.String(ClientId);
            ClientHost = codec.String(ClientHost);
            MemberMetadata = codec.Bytes(MemberMetadata);
            MemberAssignment = codec.Bytes(MemberAssignment);
        }
    }
}
