namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for offsets by time, or for the ends of partitions.</summary>
internal sealed class ListOffsetsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.ListOffsets, 1, 11, 6, () => new ListOffsetsRequest(), () => new ListOffsetsResponse());

    public int ReplicaId { get; set; } = -1;

    public sbyte IsolationLevel { get; set; }

    public List<Topic> Topics { get; set; } = [];

    public int TimeoutMs { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ReplicaId = codec.Int32(ReplicaId);
        IsolationLevel = codec.Int8(IsolationLevel, codec.Since(2));
        Topics = codec.List(Topics);
        TimeoutMs = codec.Int32(TimeoutMs, codec.Since(10));
    }

    /// <summary>A topic.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<Partition> Partitions { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Partitions = codec.List(Partitions);
        }
    }

    /// <summary>A partition and a time in ms, or a negative number for one of its ends.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public int CurrentLeaderEpoch { get; set; } = -1;

        public long Timestamp { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            CurrentLeaderEpoch = codec.Int32(CurrentLeaderEpoch, codec.Since(4));
            Timestamp = codec.Int64(Timestamp);
        }
    }
}
