namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The cluster's id and brokers.</summary>
internal sealed class DescribeClusterResponse : IWireStruct
{
    public int ThrottleTimeMs { get; set; }

    public KafkaError ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public sbyte EndpointType { get; set; } = 1;

    public string ClusterId { get; set; } = "";

    public int ControllerId { get; set; } = -1;

    public List<Broker> Brokers { get; set; } = [];

    public int ClusterAuthorizedOperations { get; set; } = int.MinValue;

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs);
        ErrorCode = codec.Error(ErrorCode);
        ErrorMessage = codec.NullableString(ErrorMessage);
        EndpointType = codec.Int8(EndpointType, codec.Since(1));
        ClusterId = codec.String(ClusterId);
        ControllerId = codec.Int32(ControllerId);
        Brokers = codec.List(Brokers);
        ClusterAuthorizedOperations = codec.Int32(ClusterAuthorizedOperations);
    }

    /// <summary>A broker's address.</summary>
    public sealed class Broker : IWireStruct
    {
        public int BrokerId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public string? Rack { get; set; }

        public bool IsFenced { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            BrokerId = codec.Int32(BrokerId);
            Host = codec.String(Host);
            Port = codec.Int32(Port);
            Rack = codec.NullableString(Rack);
            IsFenced = codec.Boolean(IsFenced, codec.Since(2));
        }
    }
}
