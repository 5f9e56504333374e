namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks which groups there are.</summary>
internal sealed class ListGroupsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.ListGroups, 0, 5, 3, () => new ListGroupsRequest(), () => new ListGroupsResponse());

    public List<string> StatesFilter { get; set; } = [];

    public List<string> TypesFilter { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        StatesFilter = codec.StringList(StatesFilter, codec.Since(4));
        TypesFilter = codec.StringList(TypesFilter, codec.Since(5));
    }
}
