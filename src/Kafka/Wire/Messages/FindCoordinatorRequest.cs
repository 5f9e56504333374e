namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks which broker looks after groups or transactional ids.</summary>
internal sealed class FindCoordinatorRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(
        ApiKey.FindCoordinator, 0, 6, 3, () => new FindCoordinatorRequest(), () => new FindCoordinatorResponse());

    public string Key { get; set; } = "";

    public sbyte KeyType { get; set; }

    public List<string> Keys { get; set; } = [];

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        Key = codec.String(Key, codec.Until(3));
        KeyType = codec.Int8(KeyType, codec.Since(1));
        Keys = codec.StringList(Keys, codec.Since(4));
    }
}
