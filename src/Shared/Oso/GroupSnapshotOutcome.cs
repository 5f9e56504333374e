namespace KafkaBackup.Shared.Oso;

/// <summary>What came of taking a snapshot of consumer groups.</summary>
/// <param name="Stored">What the store holds now; without groups perhaps no object at all.</param>
/// <param name="Problem">A sentence when some group could not be read; what was known of it is kept. Null otherwise.</param>
public sealed record GroupSnapshotOutcome(GroupSnapshot Stored, string? Problem);
