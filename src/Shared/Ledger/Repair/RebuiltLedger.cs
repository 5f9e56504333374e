namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>A ledger made anew.</summary>
public sealed record RebuiltLedger
{
    /// <summary>All entries, by partition, then base. They overlap nowhere.</summary>
    public required IReadOnlyList<LedgerEntry> Entries { get; init; }

    /// <summary>Segments that were named and are gone, of offsets that nothing else answers for.</summary>
    public required IReadOnlyList<LostSegment> Lost { get; init; }

    /// <summary>Whether the ledger was sound and says the same already.</summary>
    public required bool IsSameAsBefore { get; init; }
}
