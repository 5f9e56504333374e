namespace KafkaBackup.Shared.Kafka;

/// <summary>What a consumer group has committed of one partition.</summary>
/// <param name="Offset">The offset that it reads next.</param>
/// <param name="Metadata">The text that whoever committed it has put beside; empty: none; null: not known, as of what was written down without it.</param>
/// <param name="LeaderEpoch">The leader epoch of the last record that was read, as far as whoever committed told it; null: it did not, or it is not known.</param>
public readonly record struct CommittedOffset(long Offset, string? Metadata = null, int? LeaderEpoch = null)
{
    /// <summary>Whether both are the same to a consumer. An epoch is left out, and so is metadata that is not known of one of them.</summary>
    public bool IsSameAs(CommittedOffset other) => Offset == other.Offset && !HasOtherMetadataThan(other);

    /// <summary>Whether both have metadata that is known, and it differs.</summary>
    public bool HasOtherMetadataThan(CommittedOffset other) => Metadata is not null && other.Metadata is not null && Metadata != other.Metadata;
}
