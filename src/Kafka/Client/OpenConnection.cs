namespace KafkaBackup.Kafka.Client;

/// <summary>A connection, and until when the broker bears with it.</summary>
/// <param name="Connection">The connection, which is let in.</param>
/// <param name="Until">From when on another one is to be opened in its place, as the broker ends the session (KIP-368) soon after; null: never.</param>
internal sealed record OpenConnection(WireConnection Connection, DateTimeOffset? Until)
{
    /// <summary>Whether requests can be sent over it.</summary>
    public bool IsUsable => Connection.IsAlive && !(TimeProvider.System.GetUtcNow() >= Until);
}
