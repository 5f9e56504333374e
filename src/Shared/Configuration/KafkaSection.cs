namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source</c>, the Kafka cluster that is backed up, or <c>target</c>, the one that is restored into.</summary>
public sealed record KafkaSection
{
    /// <summary>What the section is called, for messages.</summary>
    public string Name { get; init; } = "source";

    /// <summary>What gives the addresses, for messages. Default: <c>bootstrap_servers</c> of the section.</summary>
    public string ServersName { get => field ?? $"{Name}.bootstrap_servers"; init; }

    /// <summary><c>bootstrap_servers</c>: <c>host:port</c> of one or more brokers. Required, not empty.</summary>
    public required IReadOnlyList<string> BootstrapServers { get; init; }

    /// <summary><c>client</c>: what reads records. Default: librdkafka.</summary>
    public SourceClient Client { get; init; }

    /// <summary><c>topics</c>: which topics. Default: all but internal ones.</summary>
    public TopicsSection Topics { get; init; } = new();

    /// <summary><c>security</c>: how to get in. Default: plaintext.</summary>
    public SecuritySection Security { get; init; } = new();

    /// <summary><c>connection</c>: sockets. Default: kept alive, nothing held back.</summary>
    public ConnectionSection Connection { get; init; } = new();
}
