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

    /// <summary><c>client</c>: what reads records. Null, the default: the client of our own, and librdkafka where that cannot log in.</summary>
    public SourceClient? Client { get; init; }

    /// <summary><c>client_rack</c>: where this program stands, as Kafka's <c>client.rack</c>: brokers send it to a replica of the same <c>broker.rack</c> (KIP-392). Default: nowhere, it reads from leaders.</summary>
    public string? ClientRack { get; init; }

    /// <summary><c>topics</c>: which topics. Default: all but internal ones.</summary>
    public TopicsSection Topics { get; init; } = new();

    /// <summary><c>security</c>: how to get in. Default: plaintext.</summary>
    public SecuritySection Security { get; init; } = new();

    /// <summary><c>connection</c>: sockets. Default: kept alive, nothing held back.</summary>
    public ConnectionSection Connection { get; init; } = new();
}
