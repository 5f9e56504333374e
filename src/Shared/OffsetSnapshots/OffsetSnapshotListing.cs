namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>The offset snapshots of a store.</summary>
/// <param name="Snapshots">Those that can be gone back to, newest first.</param>
/// <param name="Problems">A sentence for each object that is damaged or missing.</param>
public sealed record OffsetSnapshotListing(IReadOnlyList<OffsetSnapshotMetadata> Snapshots, IReadOnlyList<string> Problems);
