namespace KafkaBackup.Shared.Operations;

/// <summary>What a validation found.</summary>
/// <param name="Checks">What each check did, in order.</param>
public sealed record ChecksReport(IReadOnlyList<CheckOutcome> Checks)
{
    /// <summary>The gravest verdict.</summary>
    public CheckVerdict Verdict => Checks.Count == 0 ? CheckVerdict.Skipped : Checks.Max(check => check.Verdict);

    /// <summary>The key of the report in the storage of the backup; null: none was stored.</summary>
    public string? EvidencePath { get; init; }
}
