namespace KafkaBackup.Shared.Operations;

/// <summary>What came of deleting a backup.</summary>
/// <param name="Deleted">How many objects were.</param>
/// <param name="Kept">How many the store refused to delete, or that are there still as it refused others.</param>
/// <param name="Problem">Why, in its words; null when all are deleted.</param>
public sealed record DeletionReport(long Deleted, long Kept, string? Problem);
