using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>What a manifest adds to a ledger.</summary>
/// <param name="Entries">Entries to commit, by partition and offset. They overlap neither each other nor what was covered.</param>
/// <param name="Problems">A sentence for each segment or gap that no ledger can take over.</param>
public sealed record AdoptionResult(IReadOnlyList<LedgerEntry> Entries, IReadOnlyList<string> Problems)
{
    /// <summary>Entries of the ledger whose segments were pruned, as they are to stand there from now on.</summary>
    public IReadOnlyList<LedgerEntry> Superseded { get; init; } = [];

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => Entries.Count + Superseded.Count == 0;
}
