namespace KafkaBackup.Shared.Oso;

/// <summary>Where source offsets came to stand: OSO's <c>OffsetMapping</c>, with its names. Keys of <see cref="Entries"/> are topic and partition at the target, <c>orders/0</c>.</summary>
public sealed record OffsetMapping
{
    /// <summary>The ranges of partitions.</summary>
    public required IReadOnlyDictionary<string, Entry> Entries { get; init; }

    /// <summary>OSO's list of every single offset. Always empty: offsets are translated by counting.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> DetailedMappings { get; init; } = new Dictionary<string, IReadOnlyList<long>>();

    /// <summary>The consumer groups that were translated, by id.</summary>
    public required IReadOnlyDictionary<string, Group> ConsumerGroups { get; init; }

    /// <summary>The id of the cluster that was backed up; null when the backup does not tell.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>The id of the cluster that was restored into; null when it tells none.</summary>
    public string? TargetClusterId { get; init; }

    /// <summary>When the mapping was made, ms since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>A partition.</summary>
    /// <param name="Topic">Its topic at the target.</param>
    /// <param name="Partition">Its number there.</param>
    public sealed record Entry(string Topic, int Partition)
    {
        /// <summary>The source offset of the first record that was restored; null: none was.</summary>
        public long? SourceFirstOffset { get; init; }

        /// <summary>The source offset of the last one.</summary>
        public long? SourceLastOffset { get; init; }

        /// <summary>The offset at the target of the first one.</summary>
        public long? TargetFirstOffset { get; init; }

        /// <summary>The offset at the target of the last one.</summary>
        public long? TargetLastOffset { get; init; }

        /// <summary>The earliest timestamp, ms since 1970.</summary>
        public long? FirstTimestamp { get; init; }

        /// <summary>The latest one.</summary>
        public long? LastTimestamp { get; init; }
    }

    /// <summary>A consumer group.</summary>
    /// <param name="GroupId">Its id.</param>
    /// <param name="Offsets">By topic at the target, then by partition, where it stood and stands.</param>
    public sealed record Group(string GroupId, IReadOnlyDictionary<string, IReadOnlyDictionary<int, GroupOffset>> Offsets);

    /// <summary>A place of a consumer group.</summary>
    /// <param name="SourceOffset">What it would have read next at the source.</param>
    /// <param name="TargetOffset">What it reads next at the target; null: not known, as the partition is not whole.</param>
    public sealed record GroupOffset(long SourceOffset, long? TargetOffset);
}
