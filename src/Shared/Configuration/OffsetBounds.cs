namespace KafkaBackup.Shared.Configuration;

/// <summary>An entry of <c>restore.offset_ranges</c>: the offsets at the source of the records of a partition that are restored.</summary>
/// <param name="From">The first of them; 0 or more.</param>
/// <param name="To">The last of them.</param>
public readonly record struct OffsetBounds(long From, long To)
{
    /// <summary>Whether a record of <paramref name="offset"/> is restored.</summary>
    public bool Admits(long offset) => offset >= From && offset <= To;
}
