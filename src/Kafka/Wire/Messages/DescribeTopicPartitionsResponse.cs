namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>A page of topics and their partitions.</summary>
internal sealed class DescribeTopicPartitionsResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    public PartitionCursor? NextCursor { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        Topics = codec.List(Topics);
        NextCursor = codec.NullableStruct(NextCursor);
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
            Name = codec.NullableString(Name);
            TopicId = codec.Uuid(TopicId);
            IsInternal = codec.Boolean(IsInternal);
            Partitions = codec.List(Partitions);
            AuthorizedOperations = codec.Int32(AuthorizedOperations);
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

        public List<int>? EligibleLeaderReplicas { get; set; }

        public List<int>? LastKnownElr { get; set; }

        public List<int> OfflineReplicas { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ErrorCode = codec.Error(ErrorCode);
            Index = codec.Int32(Index);
            LeaderId = codec.Int32(LeaderId);
            LeaderEpoch = codec.Int32(LeaderEpoch);
            ReplicaNodes = codec.Int32List(ReplicaNodes);
            IsrNodes = codec.Int32List(IsrNodes);
            EligibleLeaderReplicas = codec.NullableInt32List(EligibleLeaderReplicas);
            LastKnownElr = codec.NullableInt32List(LastKnownElr);
            OfflineReplicas = codec.Int32List(OfflineReplicas);
        }
    }
}
