namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The broker that looks after each key.</summary>
internal sealed class FindCoordinatorResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public KafkaError ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public int NodeId { get; set; }

    public string Host { get; set; } = "";

    public int Port { get; set; }

    public List<Coordinator> Coordinators { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(1));
        ErrorCode = codec.Error(ErrorCode, codec.Until(3));
        ErrorMessage = codec.NullableString(ErrorMessage, codec.Since(1) && codec.Until(3));
        NodeId = codec.Int32(NodeId, codec.Until(3));
        Host = codec.String(Host, codec.Until(3));
        Port = codec.Int32(Port, codec.Until(3));
        Coordinators = codec.List(Coordinators, codec.Since(4));
    }

    /// <summary>The broker of one key.</summary>
    public sealed class Coordinator : IWireStruct
    {
        public string Key { get; set; } = "";

        public int NodeId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public KafkaError ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Key = codec.String(Key);
            NodeId = codec.Int32(NodeId);
            Host = codec.String(Host);
            Port = codec.Int32(Port);
            ErrorCode = codec.Error(ErrorCode);
            ErrorMessage = codec.NullableString(ErrorMessage);
        }
    }
}
