namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Makes topics.</summary>
internal sealed class CreateTopicsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.CreateTopics, 2, 7, 5, () => new CreateTopicsRequest(), () => new CreateTopicsResponse());

    public List<Topic> Topics { get; set; } = [];

    public int TimeoutMs { get; set; }

    public bool ValidateOnly { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Topics = codec.List(Topics);
        TimeoutMs = codec.Int32(TimeoutMs);
        ValidateOnly = codec.Boolean(ValidateOnly);
    }

    /// <summary>A topic to make.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public int NumPartitions { get; set; }

        public short ReplicationFactor { get; set; }

        public List<Assignment> Assignments { get; set; } = [];

        public List<Config> Configs { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            NumPartitions = codec.Int32(NumPartitions);
            ReplicationFactor = codec.Int16(ReplicationFactor);
            Assignments = codec.List(Assignments);
            Configs = codec.List(Configs);
        }
    }

    /// <summary>The brokers of one partition, if the client says them.</summary>
    public sealed class Assignment : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public List<int> BrokerIds { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            PartitionIndex = codec.Int32(PartitionIndex);
            BrokerIds = codec.Int32List(BrokerIds);
        }
    }

    /// <summary>A setting of the topic.</summary>
    public sealed class Config : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Value = codec.NullableString(Value);
        }
    }
}
