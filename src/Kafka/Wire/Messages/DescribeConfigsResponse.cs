namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The settings that were asked for.</summary>
internal sealed class DescribeConfigsResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public List<Result> Results { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        Results = codec.List(Results);
    }

    /// <summary>The settings of one topic or broker.</summary>
    public sealed class Result : IWireStruct
    {
        public KafkaError ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public List<Config> Configs { get; set; } = [];

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ErrorCode = codec.Error(ErrorCode);
            ErrorMessage = codec.NullableString(ErrorMessage);
            ResourceType = codec.Int8(ResourceType);
            ResourceName = codec.String(ResourceName);
            Configs = codec.List(Configs);
        }
    }

    /// <summary>A setting, and where its value comes from.</summary>
    public sealed class Config : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; }

        public bool ReadOnly { get; set; }

        public sbyte ConfigSource { get; set; } = -1;

        public bool IsSensitive { get; set; }

        public List<Synonym> Synonyms { get; set; } = [];

        public sbyte ConfigType { get; set; }

        public string? Documentation { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Value = codec.NullableString(Value);
            ReadOnly = codec.Boolean(ReadOnly);
            ConfigSource = codec.Int8(ConfigSource);
            IsSensitive = codec.Boolean(IsSensitive);
            Synonyms = codec.List(Synonyms);
            ConfigType = codec.Int8(ConfigType, codec.Since(3));
            Documentation = codec.NullableString(Documentation, codec.Since(3));
        }
    }

    /// <summary>Another place where the value could come from.</summary>
    public sealed class Synonym : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; }

        public sbyte Source { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            Value = codec.NullableString(Value);
            Source = codec.Int8(Source);
        }
    }
}
