namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Where the batches went.</summary>
internal sealed class ProduceResponse : IWireStruct
{
    public List<Topic> Topics { get; set; } = [];

    public int ThrottleTimeMs { get; set; }

    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Topics = codec.List(Topics);
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);

        if (codec.Since(10))
        {
            codec.Tag(0, NodeEndpoints.Count > 0, () => NodeEndpoints = codec.List(NodeEndpoints));
        }
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

    /// <summary>What became of a partition's batch.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public KafkaError ErrorCode { get; set; }

        public long BaseOffset { get; set; } = -1;

        public long LogAppendTimeMs { get; set; } = -1;

        public long LogStartOffset { get; set; } = -1;

        public List<RecordError> RecordErrors { get; set; } = [];

        public string? ErrorMessage { get; set; }

        public LeaderIdAndEpoch? CurrentLeader { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            ErrorCode = codec.Error(ErrorCode);
            BaseOffset = codec.Int64(BaseOffset);
            LogAppendTimeMs = codec.Int64(LogAppendTimeMs);
            LogStartOffset = codec.Int64(LogStartOffset, codec.Since(5));
            RecordErrors = codec.List(RecordErrors, codec.Since(8));
            ErrorMessage = codec.NullableString(ErrorMessage, codec.Since(8));

            if (codec.Since(10))
            {
                codec.Tag(0, CurrentLeader is not null, () => CurrentLeader = codec.Struct(CurrentLeader ?? new LeaderIdAndEpoch()));
            }
        }
    }

    /// <summary>A record that the batch was refused for.</summary>
    public sealed class RecordError : IWireStruct
    {
        public int BatchIndex { get; set; }

        public string? Message { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            BatchIndex = codec.Int32(BatchIndex);
            Message = codec.NullableString(Message);
        }
    }
}
