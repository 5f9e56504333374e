namespace KafkaBackup.Shared.Configuration;

/// <summary><c>produce_acks</c>: who has to have a record before it counts as sent.</summary>
public enum ProduceAcks
{
    /// <summary>All replicas in sync. What is repeated arrives once.</summary>
    All,

    /// <summary>The leader: what it has acknowledged is lost with it, and what is repeated may arrive twice.</summary>
    Leader,

    /// <summary>Nobody: what does not arrive, or is refused, is not told.</summary>
    None,
}
