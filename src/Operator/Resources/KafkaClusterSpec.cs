namespace KafkaBackup.Operator.Resources;

/// <summary><c>kafkaCluster</c>: where the brokers are, and how to get in.</summary>
internal sealed record KafkaClusterSpec
{
    public IReadOnlyList<string> BootstrapServers { get; init; } = [];

    public string SecurityProtocol { get; init; } = "PLAINTEXT";

    public TlsSecretSpec? TlsSecret { get; init; }

    /// <summary>Wins over the authorities in <see cref="TlsSecret"/>: Strimzi keeps them in a secret of their own.</summary>
    public CaSecretSpec? CaSecret { get; init; }

    public SaslSecretSpec? SaslSecret { get; init; }

    public ConnectionSpec Connection { get; init; } = new();
}

/// <summary><c>tlsSecret</c>: authorities, and the client's certificate with its key.</summary>
internal sealed record TlsSecretSpec(string Name)
{
    public string CaKey { get; init; } = "ca.crt";

    public string? CertKey { get; init; }

    public string? KeyKey { get; init; }
}

/// <summary><c>caSecret</c>: authorities.</summary>
internal sealed record CaSecretSpec(string Name)
{
    public string CaKey { get; init; } = "ca.crt";
}

/// <summary><c>saslSecret</c>: a user and a password.</summary>
internal sealed record SaslSecretSpec(string Name, string Mechanism)
{
    /// <summary>The user's name where the secret has none: Strimzi's has the password only.</summary>
    public string? Username { get; init; }

    public string UsernameKey { get; init; } = "username";

    public string PasswordKey { get; init; } = "password";
}

/// <summary><c>connection</c>: what of it has an effect.</summary>
internal sealed record ConnectionSpec
{
    public bool TcpKeepalive { get; init; } = true;

    public bool TcpNodelay { get; init; } = true;
}
