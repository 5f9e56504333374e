namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Record batches, and how far the partitions go.</summary>
internal sealed class FetchResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public KafkaError ErrorCode { get; set; }

    public int SessionId { get; set; }

    public List<Topic> Topics { get; set; } = [];

    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        ErrorCode = codec.Error(ErrorCode, codec.Since(7));
        SessionId = codec.Int32(SessionId, codec.Since(7));
        Topics = codec.List(Topics);

        if (codec.Since(16))
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

    /// <summary>A partition's batches and bounds.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public KafkaError ErrorCode { get; set; }

        public long HighWatermark { get; set; }

        public long LastStableOffset { get; set; } = -1;

        public long LogStartOffset { get; set; } = -1;

        public List<AbortedTransaction>? AbortedTransactions { get; set; }

        public int PreferredReadReplica { get; set; } = -1;

        public RecordSet? Records { get; set; }

        public EpochEndOffset? DivergingEpoch { get; set; }

        public LeaderIdAndEpoch? CurrentLeader { get; set; }

        public SnapshotId? Snapshot { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            ErrorCode = codec.Error(ErrorCode);
            HighWatermark = codec.Int64(HighWatermark);
            LastStableOffset = codec.Int64(LastStableOffset);
            LogStartOffset = codec.Int64(LogStartOffset, codec.Since(5));
            AbortedTransactions = codec.NullableList(AbortedTransactions);
            PreferredReadReplica = codec.Int32(PreferredReadReplica, codec.Since(11));
            Records = codec.Records(Records);
            codec.Tag(0, DivergingEpoch is not null, () => DivergingEpoch = codec.Struct(DivergingEpoch ?? new EpochEndOffset()));
            codec.Tag(1, CurrentLeader is not null, () => CurrentLeader = codec.Struct(CurrentLeader ?? new LeaderIdAndEpoch()));
            codec.Tag(2, Snapshot is not null, () => Snapshot = codec.Struct(Snapshot ?? new SnapshotId()));
        }
    }

    /// <summary>A transaction whose records a reader of committed records must skip.</summary>
    public sealed class AbortedTransaction : IWireStruct
    {
        public long ProducerId { get; set; }

        public long FirstOffset { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ProducerId = codec.Int64(ProducerId);
            FirstOffset = codec.Int64(FirstOffset);
        }
    }

    /// <summary>Where a leader's time ended, if the reader's log went another way.</summary>
    public sealed class EpochEndOffset : IWireStruct
    {
        public int Epoch { get; set; } = -1;

        public long EndOffset { get; set; } = -1;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Epoch = codec.Int32(Epoch);
            EndOffset = codec.Int64(EndOffset);
        }
    }

    /// <summary>The snapshot that a follower must load first.</summary>
    public sealed class SnapshotId : IWireStruct
    {
        public long EndOffset { get; set; } = -1;

        public int Epoch { get; set; } = -1;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            EndOffset = codec.Int64(EndOffset);
            Epoch = codec.Int32(Epoch);
        }
    }
}
