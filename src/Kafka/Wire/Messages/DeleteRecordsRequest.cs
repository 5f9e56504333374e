namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Deletes the records in front of an offset.</summary>
internal sealed class DeleteRecordsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.DeleteRecords, 0, 2, 2, () => new DeleteRecordsRequest(), () => new DeleteRecordsResponse());

    public List<Topic> Topics { get; set; } = [];

    public int TimeoutMs { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Topics = codec.List(Topics);
        TimeoutMs = codec.Int32(TimeoutMs);
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

    /// <summary>A partition and the first offset to keep; -1 for the high watermark.</summary>
    public sealed class Partition : IWireStruct
    {
        public int Index { get; set; }

        public long Offset { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Index = codec.Int32(Index);
            Offset = codec.Int64(Offset);
        }
    }
}
