namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>Asks which requests the broker understands: the first on every connection.</summary>
internal sealed class ApiVersionsRequest : IWireStruct
{
    /// <summary>The versions that are described here.</summary>
    public static readonly WireApi Api = new(ApiKey.ApiVersions, 0, 4, 3, () => new ApiVersionsRequest(), () => new ApiVersionsResponse());

    public string ClientSoftwareName { get; set; } = "";

    public string ClientSoftwareVersion { get; set; } = "";

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ClientSoftwareName = codec.String(ClientSoftwareName, codec.Since(3));
        ClientSoftwareVersion = codec.String(ClientSoftwareVersion, codec.Since(3));
    }
}
