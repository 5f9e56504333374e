namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for the cluster's id and brokers.</summary>
internal sealed class DescribeClusterRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.DescribeCluster, 0, 2, 0, () => new DescribeClusterRequest(), () => new DescribeClusterResponse());

    public bool IncludeClusterAuthorizedOperations { get; set; }

    public sbyte EndpointType { get; set; } = 1;

    public bool IncludeFencedBrokers { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        IncludeClusterAuthorizedOperations = codec.Boolean(IncludeClusterAuthorizedOperations);
        EndpointType = codec.Int8(EndpointType, codec.Since(1));
        IncludeFencedBrokers = codec.Boolean(IncludeFencedBrokers, codec.Since(2));
    }
}
