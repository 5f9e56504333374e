namespace KafkaBackup.Shared.Ledger;

/// <summary>The entries of one partition in order of their base, and the offsets they cover together.</summary>
public sealed class PartitionLedger
{
    private static readonly IComparer<LedgerEntry> ByBase = Comparer<LedgerEntry>.Create((a, b) => a.Range.Base.CompareTo(b.Range.Base));

    private readonly List<LedgerEntry> _entries = [];

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>What they cover.</summary>
    public Coverage Coverage { get; } = new();

    /// <summary>Whether this entry was committed before, range and object alike.</summary>
    public bool Holds(LedgerEntry entry)
    {
        var at = _entries.BinarySearch(entry, ByBase);
        return at >= 0 && _entries[at].IsRepeatOf(entry);
    }

    /// <summary>Puts an entry in the place of the one with the same range.</summary>
    internal void Replace(LedgerEntry entry) => _entries[_entries.BinarySearch(entry, ByBase)] = entry;

    /// <summary>Takes in an entry that overlaps no other.</summary>
    internal void Add(LedgerEntry entry)
    {
        Coverage.Add(entry.Range);
        var at = _entries.Count == 0 || _entries[^1].Range.Base < entry.Range.Base ? _entries.Count : ~_entries.BinarySearch(entry, ByBase);
        _entries.Insert(at, entry);
    }
}
