namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The offsets that were asked for.</summary>
internal sealed class ListOffsetsResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(2));
        Topics = codec.List(Topics);
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

    /// <summary>A partition's offset, and the time of its record; -1 if there is none.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public KafkaError ErrorCode { get; set; }

        public long Timestamp { get; set; } = -1;

        public long Offset { get; set; } = -1;

        public int LeaderEpoch { get; set; } = -1;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            ErrorCode = codec.Error(ErrorCode);
            Timestamp = codec.Int64(Timestamp);
            Offset = codec.Int64(Offset);
            LeaderEpoch = codec.Int32(LeaderEpoch, codec.Since(4));
        }
    }
}
