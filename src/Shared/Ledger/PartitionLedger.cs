namespace KafkaBackup.Shared.Ledger;

/// <summary>The entries of one partition in order of their base, and the offsets they cover together.</summary>
public sealed class PartitionLedger
{
    private static readonly IComparer<LedgerEntry> ByBase = Comparer<LedgerEntry>.Create((a, b) => a.Range.Base.CompareTo(b.Range.Base));

    private readonly List<LedgerEntry> _entries;

    /// <summary>One with these entries, in any order.</summary>
    /// <exception cref="InvalidOperationException">They overlap.</exception>
    internal PartitionLedger(List<LedgerEntry> entries)
    {
        _entries = entries;
        _entries.Sort(ByBase);
        _entries.ForEach(entry => Coverage.Add(entry.Range));
    }

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>What they cover.</summary>
    public Coverage Coverage { get; } = new();
}
