namespace KafkaBackup.Shared.Configuration;

/// <summary><c>consumer_group_strategy</c>: how the places of consumer groups are found, and what is done with them.</summary>
public enum GroupStrategy
{
    /// <summary><c>skip</c>, <c>header-based</c>: by counting what is restored. Groups are set where that is asked for.</summary>
    Counted,

    /// <summary><c>timestamp-based</c>: at the first record that is no older than the one that a group would have read next.</summary>
    Timestamps,

    /// <summary><c>cluster-scan</c>: by counting, and proved by reading all of the target back before any group is set.</summary>
    Scan,

    /// <summary><c>manual</c>: by counting. No group is set: it is told how to.</summary>
    Manual,
}
