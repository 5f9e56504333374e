namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The topics that were deleted, or why not.</summary>
internal sealed class DeleteTopicsResponse : IWireStruct
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
        public string? Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public KafkaError ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.StringOrNull(Name, nullable: codec.Since(6));
            TopicId = codec.Uuid(TopicId, codec.Since(6));
            ErrorCode = codec.Error(ErrorCode);
            ErrorMessage = codec.NullableString(ErrorMessage, codec.Since(5));
        }
    }
}
