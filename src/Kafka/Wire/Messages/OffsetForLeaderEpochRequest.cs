namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks where epochs of leaders ended, so that a reader finds out whether what it read is still there.</summary>
internal sealed class OffsetForLeaderEpochRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.OffsetForLeaderEpoch, 2, 4, 4, () => new OffsetForLeaderEpochRequest(), () => new OffsetForLeaderEpochResponse());

    /// <summary>-1 is a consumer; -2 is who cannot say, as in version 2.</summary>
    public int ReplicaId { get; set; } = -2;

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ReplicaId = codec.Int32(ReplicaId, codec.Since(3));
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

    /// <summary>A partition and the epoch whose end is asked for.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public int CurrentLeaderEpoch { get; set; } = -1;

        public int LeaderEpoch { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            CurrentLeaderEpoch = codec.Int32(CurrentLeaderEpoch);
            LeaderEpoch = codec.Int32(LeaderEpoch);
        }
    }
}
