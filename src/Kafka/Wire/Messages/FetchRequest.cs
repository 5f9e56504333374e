namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Reads record batches, waiting for them for a while.</summary>
internal sealed class FetchRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.Fetch, 4, 18, 12, () => new FetchRequest(), () => new FetchResponse());

    public int ReplicaId { get; set; } = -1;

    public int MaxWaitMs { get; set; }

    public int MinBytes { get; set; }

    public int MaxBytes { get; set; } = int.MaxValue;

    public sbyte IsolationLevel { get; set; }

    public int SessionId { get; set; }

    public int SessionEpoch { get; set; } = -1;

    public List<Topic> Topics { get; set; } = [];

    public List<ForgottenTopic> ForgottenTopics { get; set; } = [];

    public string RackId { get; set; } = "";

    public string? ClusterId { get; set; }

    public ReplicaState? Replica { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ReplicaId = codec.Int32(ReplicaId, codec.Until(14));
        MaxWaitMs = codec.Int32(MaxWaitMs);
        MinBytes = codec.Int32(MinBytes);
        MaxBytes = codec.Int32(MaxBytes);
        IsolationLevel = codec.Int8(IsolationLevel);
        SessionId = codec.Int32(SessionId, codec.Since(7));
        SessionEpoch = codec.Int32(SessionEpoch, codec.Since(7));
        Topics = codec.List(Topics);
        ForgottenTopics = codec.List(ForgottenTopics, codec.Since(7));
        RackId = codec.String(RackId, codec.Since(11));
        codec.Tag(0, ClusterId is not null, () => ClusterId = codec.NullableString(ClusterId));

        if (codec.Since(15))
        {
            codec.Tag(1, Replica is not null, () => Replica = codec.Struct(Replica ?? new ReplicaState()));
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

    /// <summary>Where to read from, and how much.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public int CurrentLeaderEpoch { get; set; } = -1;

        public long FetchOffset { get; set; }

        public int LastFetchedEpoch { get; set; } = -1;

        public long LogStartOffset { get; set; } = -1;

        public int MaxBytes { get; set; }

        public Guid ReplicaDirectoryId { get; set; }

        public long HighWatermark { get; set; } = long.MaxValue;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            CurrentLeaderEpoch = codec.Int32(CurrentLeaderEpoch, codec.Since(9));
            FetchOffset = codec.Int64(FetchOffset);
            LastFetchedEpoch = codec.Int32(LastFetchedEpoch, codec.Since(12));
            LogStartOffset = codec.Int64(LogStartOffset, codec.Since(5));
            MaxBytes = codec.Int32(MaxBytes);

            if (codec.Since(17))
            {
                codec.Tag(0, ReplicaDirectoryId != Guid.Empty, () => ReplicaDirectoryId = codec.Uuid(ReplicaDirectoryId));
            }

            if (codec.Since(18))
            {
                codec.Tag(1, HighWatermark != long.MaxValue, () => HighWatermark = codec.Int64(HighWatermark));
            }
        }
    }

    /// <summary>Partitions to take out of the fetch session.</summary>
    public sealed class ForgottenTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name, codec.Until(12));
            TopicId = codec.Uuid(TopicId, codec.Since(13));
            Partitions = codec.Int32List(Partitions);
        }
    }

    /// <summary>The follower that fetches, if it is one.</summary>
    public sealed class ReplicaState : IWireStruct
    {
        public int ReplicaId { get; set; } = -1;

        public long ReplicaEpoch { get; set; } = -1;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ReplicaId = codec.Int32(ReplicaId);
            ReplicaEpoch = codec.Int64(ReplicaEpoch);
        }
    }
}
