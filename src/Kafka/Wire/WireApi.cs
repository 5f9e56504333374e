namespace KafkaBackup.Kafka.Wire;

/// <summary>One kind of request with its answer: the versions described here, and the first that is flexible.</summary>
internal sealed record WireApi(
    ApiKey Key, short MinVersion, short MaxVersion, short FirstFlexible, Func<IWireStruct> NewRequest, Func<IWireStruct> NewResponse)
{
    /// <summary>Whether messages of <paramref name="version"/> have compact lengths and tagged fields.</summary>
    public bool IsFlexible(short version) => version >= FirstFlexible;

    /// <summary>Whether the description covers <paramref name="version"/>.</summary>
    public bool Covers(short version) => version >= MinVersion && version <= MaxVersion;

    /// <summary>Header version 2 instead of 1, which adds tagged fields.</summary>
    public bool HasTaggedRequestHeader(short version) => IsFlexible(version);

    /// <summary>Header version 1 instead of 0. The answer to ApiVersions keeps 0: its reader does not know yet what the broker understands.</summary>
    public bool HasTaggedResponseHeader(short version) => IsFlexible(version) && Key != ApiKey.ApiVersions;
}
