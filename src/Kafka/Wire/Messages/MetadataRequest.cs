namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for brokers and topics; null topics are all of them.</summary>
internal sealed class MetadataRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.Metadata, 0, 13, 9, () => new MetadataRequest(), () => new MetadataResponse());

    public List<Topic>? Topics { get; set; }

    public bool AllowAutoTopicCreation { get; set; } = true;

    public bool IncludeClusterAuthorizedOperations { get; set; }

    public bool IncludeTopicAuthorizedOperations { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Topics = codec.NullableList(Topics, nullable: codec.Since(1));
        AllowAutoTopicCreation = codec.Boolean(AllowAutoTopicCreation, codec.Since(4));
        IncludeClusterAuthorizedOperations = codec.Boolean(IncludeClusterAuthorizedOperations, codec.Since(8) && codec.Until(10));
        IncludeTopicAuthorizedOperations = codec.Boolean(IncludeTopicAuthorizedOperations, codec.Since(8));
    }

    /// <summary>A topic by name or, since version 10, by id.</summary>
    public sealed class Topic : IWireStruct
    {
        public Guid TopicId { get; set; }

        public string? Name { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            TopicId = codec.Uuid(TopicId, codec.Since(10));
            Name = codec.StringOrNull(Name, nullable: codec.Since(10));
        }
    }
}
