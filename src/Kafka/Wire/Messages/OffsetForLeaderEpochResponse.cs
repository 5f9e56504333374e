namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The ends of the epochs that were asked for.</summary>
internal sealed class OffsetForLeaderEpochResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
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

    /// <summary>The last epoch up to the one asked for that has records, and the offset behind its last one; both -1 if there is none.</summary>
    public sealed class Partition : IWireStruct
    {
        public KafkaError ErrorCode { get; set; }

        public int Index { get; set; }

        public int LeaderEpoch { get; set; } = -1;

        public long EndOffset { get; set; } = -1;

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ErrorCode = codec.Error(ErrorCode);
            Index = codec.Int32(Index);
            LeaderEpoch = codec.Int32(LeaderEpoch);
            EndOffset = codec.Int64(EndOffset);
        }
    }
}
