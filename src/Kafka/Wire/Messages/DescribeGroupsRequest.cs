namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks for the state and the members of groups.</summary>
internal sealed class DescribeGroupsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.DescribeGroups, 0, 6, 5, () => new DescribeGroupsRequest(), () => new DescribeGroupsResponse());

    public List<string> Groups { get; set; } = [];

    public bool IncludeAuthorizedOperations { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Groups = codec.StringList(Groups);
        IncludeAuthorizedOperations = codec.Boolean(IncludeAuthorizedOperations, codec.Since(3));
    }
}
