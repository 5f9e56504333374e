namespace KafkaBackup.Shared.Ledger;

/// <summary>What a sweep did.</summary>
/// <param name="Deleted">The keys of what is gone.</param>
/// <param name="Kept">The keys of what nothing names and may yet be the only copy of something: it waits for a repair, or an order.</param>
public sealed record SweepResult(IReadOnlyList<string> Deleted, IReadOnlyList<string> Kept);
