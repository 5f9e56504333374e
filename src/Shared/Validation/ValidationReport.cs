namespace KafkaBackup.Shared.Validation;

/// <summary>What validation found of a backup.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="IsDeep">Whether every object was decoded, and not only looked for.</param>
/// <param name="HasLedger">Whether the backup says what it answers for; one that only OSO's tool wrote does not.</param>
/// <param name="Partitions">Its partitions, in order.</param>
public sealed record ValidationReport(string BackupId, bool IsDeep, bool HasLedger, IReadOnlyList<PartitionReport> Partitions)
{
    /// <summary>The gravest verdict of all partitions.</summary>
    public ValidationVerdict Verdict => Partitions.Count == 0 ? ValidationVerdict.Valid : Partitions.Max(partition => partition.Verdict);
}
