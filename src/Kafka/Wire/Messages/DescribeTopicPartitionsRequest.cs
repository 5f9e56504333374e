namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for topics page by page.</summary>
internal sealed class DescribeTopicPartitionsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.DescribeTopicPartitions, 0, 0, 0, () => new DescribeTopicPartitionsRequest(), () => new DescribeTopicPartitionsResponse());

    public List<Topic> Topics { get; set; } = [];

    public int ResponsePartitionLimit { get; set; } = 2000;

    public PartitionCursor? Cursor { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Topics = codec.List(Topics);
        ResponsePartitionLimit = codec.Int32(ResponsePartitionLimit);
        Cursor = codec.NullableStruct(Cursor);
    }

    /// <summary>A topic.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
        }
    }
}
