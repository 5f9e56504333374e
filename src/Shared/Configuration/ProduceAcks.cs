namespace KafkaBackup.Shared.Configuration;

/// <summary><c>produce_acks</c>: who has to have a record before it counts as sent.</summary>
public enum ProduceAcks
{
    /// <summary>All replicas in sync.</summary>
    All,

    /// <summary>The leader: what it has acknowledged may be lost with it, which is noticed.</summary>
    Leader,

    /// <summary>Nobody: what does not arrive, or is refused, is not told.</summary>
    None,
}
