namespace KafkaBackup.Kafka.Wire.Messages;

/// <summary>The requests that the broker understands.</summary>
internal sealed class ApiVersionsResponse : IWireStruct
{
    public KafkaError ErrorCode { get; set; }

    public List<Supported> ApiKeys { get; set; } = [];

    public int ThrottleTimeMs { get; set; }

    public List<SupportedFeature> SupportedFeatures { get; set; } = [];

    public long FinalizedFeaturesEpoch { get; set; } = -1;

    public List<FinalizedFeature> FinalizedFeatures { get; set; } = [];

    public bool ZkMigrationReady { get; set; }

    /// <inheritdoc />
    public void Exchange(WireCodec codec)
    {
        ErrorCode = codec.Error(ErrorCode);
        ApiKeys = codec.List(ApiKeys);
        ThrottleTimeMs = codec.Int32(ThrottleTimeMs, codec.Since(1));
        codec.Tag(0, SupportedFeatures.Count > 0, () => SupportedFeatures = codec.List(SupportedFeatures));
        codec.Tag(1, FinalizedFeaturesEpoch >= 0, () => FinalizedFeaturesEpoch = codec.Int64(FinalizedFeaturesEpoch));
        codec.Tag(2, FinalizedFeatures.Count > 0, () => FinalizedFeatures = codec.List(FinalizedFeatures));
        codec.Tag(3, ZkMigrationReady, () => ZkMigrationReady = codec.Boolean(ZkMigrationReady));
    }

    /// <summary>One kind of request.</summary>
    public sealed class Supported : IWireStruct
    {
        public short Key { get; set; }

        public short MinVersion { get; set; }

        public short MaxVersion { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Key = codec.Int16(Key);
            MinVersion = codec.Int16(MinVersion);
            MaxVersion = codec.Int16(MaxVersion);
        }
    }

    /// <summary>A feature that the broker could serve.</summary>
    public sealed class SupportedFeature : IWireStruct
    {
        public string Name { get; set; } = "";

        public short MinVersion { get; set; }

        public short MaxVersion { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            MinVersion = codec.Int16(MinVersion);
            MaxVersion = codec.Int16(MaxVersion);
        }
    }

    /// <summary>A feature that is switched on in the cluster.</summary>
    public sealed class FinalizedFeature : IWireStruct
    {
        public string Name { get; set; } = "";

        public short MaxVersionLevel { get; set; }

        public short MinVersionLevel { get; set; }

        /// <inheritdoc />
        public void Exchange(WireCodec codec)
        {
            Name = codec.String(Name);
            MaxVersionLevel = codec.Int16(MaxVersionLevel);
            MinVersionLevel = codec.Int16(MinVersionLevel);
        }
    }
}
