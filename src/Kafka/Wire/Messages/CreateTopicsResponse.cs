namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The topics that were made, or why not.</summary>
internal sealed class CreateTopicsResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Topic> Topics { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        Topics = codec.List(Topics);
    }

    /// <summary>What became of one topic.</summary>
    public sealed class Topic : IWireStruct
    {
        public string Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public KafkaError ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        public int NumPartitions { get; set; } = -1;

        public short ReplicationFactor { get; set; } = -1;

        public List<Config>? Configs { get; set; }

        public KafkaError TopicConfigErrorCode { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            TopicId = codec.Uuid(TopicId, codec.Since(7));
            ErrorCode = codec.Error(ErrorCode);
            ErrorMessage = codec.NullableString(ErrorMessage);
            NumPartitions = codec.Int32(NumPartitions, codec.Since(5));
            ReplicationFactor = codec.Int16(ReplicationFactor, codec.Since(5));
            Configs = codec.NullableList(Configs, nullable: true, codec.Since(5));
            codec.Tag(0, TopicConfigErrorCode != KafkaError.None, () => TopicConfigErrorCode = codec.Error(TopicConfigErrorCode));
        }
    }

    /// <summary>A setting that the topic has.</summary>
    public sealed class Config : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; }

        public bool ReadOnly { get; set; }

        public sbyte ConfigSource { get; set; } = -1;

        public bool IsSensitive { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Value = codec.NullableString(Value);
            ReadOnly = codec.Boolean(ReadOnly);
            ConfigSource = codec.Int8(ConfigSource);
            IsSensitive = codec.Boolean(IsSensitive);
        }
    }
}
