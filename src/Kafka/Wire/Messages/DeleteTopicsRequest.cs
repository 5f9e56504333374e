namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Deletes topics.</summary>
internal sealed class DeleteTopicsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.DeleteTopics, 1, 6, 4, () => new DeleteTopicsRequest(), () => new DeleteTopicsResponse());

    public List<Topic> Topics { get; set; } = [];

    public List<string> TopicNames { get; set; } = [];

    public int TimeoutMs { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Topics = codec.List(Topics, codec.Since(6));
        TopicNames = codec.StringList(TopicNames, codec.Until(5));
        TimeoutMs = codec.Int32(TimeoutMs);
    }

    /// <summary>A topic by name or by id.</summary>
    public sealed class Topic : IWireStruct
    {
        public string? Name { get; set; }

        public Guid TopicId { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.NullableString(Name);
            TopicId = codec.Uuid(TopicId);
        }
    }
}
