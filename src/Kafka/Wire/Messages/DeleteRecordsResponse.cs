namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Where the partitions begin now.</summary>
internal sealed class DeleteRecordsResponse : IWireStruct
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

    /// <summary>A partition's first offset.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public long LowWatermark { get; set; } = -1;

        public KafkaError ErrorCode { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            LowWatermark = codec.Int64(LowWatermark);
            ErrorCode = codec.Error(ErrorCode);
        }
    }
}
