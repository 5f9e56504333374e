namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The brokers, the topics and who leads their partitions.</summary>
internal sealed class MetadataResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Broker> Brokers { get; set; } = [];

    public string? ClusterId { get; set; }

    public int ControllerId { get; set; } = -1;

    public List<Topic> Topics { get; set; } = [];

    public int ClusterAuthorizedOperations { get; set; } = int.MinValue;

    public KafkaError ErrorCode { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(3));
        Brokers = codec.List(Brokers);
        ClusterId = codec.NullableString(ClusterId, codec.Since(2));
        ControllerId = codec.Int32(ControllerId, codec.Since(1));
        Topics = codec.List(Topics);
        ClusterAuthorizedOperations = codec.Int32(ClusterAuthorizedOperations, codec.Since(8) && codec.Until(10));
        ErrorCode = codec.Error(ErrorCode, codec.Since(13));
    }

    /// <summary>A broker's address.</summary>
    public sealed class Broker : IWireStruct
    {
        public int NodeId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public string? Rack { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            NodeId = codec.Int32(NodeId);
            Host = codec.String(Host);
            Port = codec.Int32(Port);
            Rack = codec.NullableString(Rack, codec.Since(1));
        }
    }

    /// <summary>A topic.</summary>
    public sealed class Topic : IWireStruct
    {
        public KafkaError ErrorCode { get; set; }

        public string? Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public bool IsInternal { get; set; }

        public List<Partition> Partitions { get; set; } = [];

        public int AuthorizedOperations { get; set; } = int.MinValue;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ErrorCode = codec.Error(ErrorCode);
            Name = codec.StringOrNull(Name, nullable: codec.Since(12));
            TopicId = codec.Uuid(TopicId, codec.Since(10));
            IsInternal = codec.Boolean(IsInternal, codec.Since(1));
            Partitions = codec.List(Partitions);
            AuthorizedOperations = codec.Int32(AuthorizedOperations, codec.Since(8));
        }
    }

    /// <summary>A partition with its leader and replicas.</summary>
    public sealed class Partition : IWireStruct
    {
        public KafkaError ErrorCode { get; set; }

        public int Index { get; set; }

        public int LeaderId { get; set; }

        public int LeaderEpoch { get; set; } = -1;

        public List<int> ReplicaNodes { get; set; } = [];

        public List<int> IsrNodes { get; set; } = [];

        public List<int> OfflineReplicas { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ErrorCode = codec.Error(ErrorCode);
            Index = codec.Int32(Index);
            LeaderId = codec.Int32(LeaderId);
            LeaderEpoch = codec.Int32(LeaderEpoch, codec.Since(7));
            ReplicaNodes = codec.Int32List(ReplicaNodes);
            IsrNodes = codec.Int32List(IsrNodes);
            OfflineReplicas = codec.Int32List(OfflineReplicas, codec.Since(5));
        }
    }
}
