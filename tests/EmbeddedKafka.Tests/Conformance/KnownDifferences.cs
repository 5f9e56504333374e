namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Where the embedded broker differs on purpose. Each row of it is a row of docs/embedded-kafka.md.</summary>
internal static class KnownDifferences
{
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        new("other requests", @"ApiVersions v\d: (all|a nameless client)", @"ApiKeys (count)|ApiKeys\[\d+\]\..*"),
        new("access", @"ApiVersions v\d: (all|a nameless client)", @"ApiKeys\[Sasl(Handshake|Authenticate)\]\..*"),
        new("features", @"ApiVersions v\d: all", "tag [0-2][.].*"),
        new("DescribeConfigs", @"DescribeConfigs v\d: node", @"Results\[0\][.]Configs( count|\[.*\][.].*)"),
        new("DescribeConfigs", @"DescribeConfigs v\d: synonyms", @"Results\[0\][.]Configs\[.*\][.]Synonyms.*"),
        new("DescribeConfigs", @"DescribeConfigs v\d: documentation", @"Results\[0\][.]Configs\[.*\][.]Documentation"),
        new("recompression", "CreateTopics v7: compression.type '(gzip|uncompressed)'", ".*"),
        new("retention", @"ListOffsets v\d+: time -3 where nothing is left", ".*[.](Timestamp|Offset|LeaderEpoch)"),
        new("fetch sessions", @"Fetch v\d+: new session", "SessionId"),
    ];
}
