namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source</c>: the Kafka cluster that is backed up.</summary>
public sealed record SourceSection
{
    /// <summary><c>source.bootstrap_servers</c>: <c>host:port</c> of one or more brokers. Required, not empty.</summary>
    public required IReadOnlyList<string> BootstrapServers { get; init; }

    /// <summary><c>source.topics</c>: which topics. Default: all but internal ones.</summary>
    public TopicsSection Topics { get; init; } = new();

    /// <summary><c>source.security</c>: how to get in. Default: plaintext.</summary>
    public SecuritySection Security { get; init; } = new();

    /// <summary><c>source.connection</c>: sockets. Default: kept alive, nothing held back.</summary>
    public ConnectionSection Connection { get; init; } = new();
}
