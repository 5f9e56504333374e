namespace KafkaBackup.Shared.Oso;

/// <summary>What was found of <c>offsets.db</c> at the start of a run.</summary>
/// <param name="HasRemote">The store has a readable one with positions of this backup.</param>
/// <param name="HasLocal">This machine has one.</param>
/// <param name="Warnings">A sentence for each that is unreadable or disagrees with the ledger.</param>
public sealed record OffsetsReport(bool HasRemote, bool HasLocal, IReadOnlyList<string> Warnings);
