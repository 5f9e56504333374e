namespace KafkaBackup.Shared.Ledger;

/// <summary>What a ledger answers for in one partition, and which of its entries are known here: the newest, and others when they are asked for.</summary>
public sealed class PartitionOutline
{
    /// <summary>By base; null while there are none, as in most of very many partitions.</summary>
    private Dictionary<long, LedgerEntry>? _recent;

    /// <summary>One without entries.</summary>
    internal PartitionOutline()
    {
    }

    /// <summary>One of whose entries none is known here.</summary>
    /// <param name="ranges">What they cover, in order.</param>
    /// <param name="leaderEpochAtEnd">See <see cref="LeaderEpochAtEnd"/>.</param>
    /// <exception cref="InvalidOperationException">Ranges overlap.</exception>
    internal PartitionOutline(IEnumerable<OffsetRange> ranges, int? leaderEpochAtEnd)
    {
        foreach (var range in ranges)
        {
            Coverage.Add(range);
        }

        (LeaderEpochAtEnd, HasOlder) = (leaderEpochAtEnd, true);
    }

    /// <summary>What all entries cover.</summary>
    public Coverage Coverage { get; } = new();

    /// <summary>The leader epoch of the record right before the position; null when it is not known. See <see cref="LedgerEntry.LeaderEpochAtEnd"/>.</summary>
    public int? LeaderEpochAtEnd { get; private set; }

    /// <summary>Whether there are entries that are not known here.</summary>
    public bool HasOlder { get; private set; }

    /// <summary>Whether this entry, range and object alike, is among those that are known here.</summary>
    public bool Holds(LedgerEntry entry) => _recent is not null && _recent.TryGetValue(entry.Range.Base, out var known) && known.IsRepeatOf(entry);

    /// <summary>Whether only entries that are not known here tell if this one was committed before.</summary>
    public bool IsInDoubt(LedgerEntry entry) => HasOlder && Coverage.Overlaps(entry.Range) && !Holds(entry);

    /// <summary>Takes in an entry that overlaps no other.</summary>
    internal void Add(LedgerEntry entry)
    {
        Coverage.Add(entry.Range);
        if (Coverage.Position == entry.Range.Next)
        {
            LeaderEpochAtEnd = entry.LeaderEpochAtEnd;
        }

        (_recent ??= [])[entry.Range.Base] = entry;
    }

    /// <summary>Puts an entry in the place of the one with the same range, if that is known here.</summary>
    internal void Replace(LedgerEntry entry)
    {
        if (_recent?.ContainsKey(entry.Range.Base) == true)
        {
            _recent[entry.Range.Base] = entry;
        }
    }

    /// <summary>All entries are known now.</summary>
    internal void Recall(IEnumerable<LedgerEntry> all)
    {
        _recent = all.ToDictionary(entry => entry.Range.Base);
        HasOlder = false;
    }

    /// <summary>Entries need not be known any more.</summary>
    internal void Forget() => (HasOlder, _recent) = (HasOlder || _recent is not null, null);
}
