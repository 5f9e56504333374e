namespace KafkaBackup.Shared.Oso;

/// <summary>What was found of <c>offsets.db</c> at the start of a run.</summary>
/// <param name="HasRemote">The store has a readable one with positions of this backup.</param>
/// <param name="HasLocal">This machine has one.</param>
/// <param name="Warnings">A sentence for each that is unreadable or claims more than is committed.</param>
public sealed record OffsetsReport(bool HasRemote, bool HasLocal, IReadOnlyList<string> Warnings)
{
    /// <summary>A sentence on those that lag behind the ledger, as a run leaves them that was killed; null when none does.</summary>
    public string? Lag { get; init; }
}
