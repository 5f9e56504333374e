namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>A broker's address, told together with a change of leader.</summary>
internal sealed class NodeEndpoint : IWireStruct
{
    public int NodeId { get; set; }

    public string Host { get; set; } = "";

    public int Port { get; set; }

    public string? Rack { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        NodeId = codec.Int32(NodeId);
        Host = codec.String(Host);
        Port = codec.Int32(Port);
        Rack = codec.NullableString(Rack);
    }
}
