namespace KafkaBackup.Shared.Configuration;

/// <summary><c>source.connection</c>: sockets to the brokers.</summary>
public sealed record ConnectionSection
{
    /// <summary><c>tcp_keepalive</c>: probe idle connections, at the system's intervals. Default: true.</summary>
    public bool TcpKeepalive { get; init; } = true;

    /// <summary><c>tcp_nodelay</c>: send small requests at once. Default: true.</summary>
    public bool TcpNoDelay { get; init; } = true;
}
