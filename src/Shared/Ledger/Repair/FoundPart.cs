namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>A part that reads sound.</summary>
/// <param name="Key">Its key.</param>
/// <param name="IsNamed">Whether an intact head names it; else it may be older than the head, or newer than a head that was lost.</param>
/// <param name="Entries">What it holds.</param>
public sealed record FoundPart(string Key, bool IsNamed, IReadOnlyList<LedgerEntry> Entries);
