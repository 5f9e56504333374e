namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for the settings of topics and brokers.</summary>
internal sealed class DescribeConfigsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.DescribeConfigs, 1, 4, 4, () => new DescribeConfigsRequest(), () => new DescribeConfigsResponse());

    public List<Resource> Resources { get; set; } = [];

    public bool IncludeSynonyms { get; set; }

    public bool IncludeDocumentation { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Resources = codec.List(Resources);
        IncludeSynonyms = codec.Boolean(IncludeSynonyms);
        IncludeDocumentation = codec.Boolean(IncludeDocumentation, codec.Since(3));
    }

    /// <summary>A topic or a broker, and the settings of interest; null for all.</summary>
    public sealed class Resource : IWireStruct
    {
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public List<string>? ConfigurationKeys { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            ResourceType = codec.Int8(ResourceType);
            ResourceName = codec.String(ResourceName);
            ConfigurationKeys = codec.NullableStringList(ConfigurationKeys);
        }
    }
}
