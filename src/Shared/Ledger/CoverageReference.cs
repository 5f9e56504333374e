namespace KafkaBackup.Shared.Ledger;

/// <summary>A coverage object as the head names it: what the parts that are <see cref="PartReference.Covered"/> answer for together, so that it can be known without them.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Sha256">SHA-256 of the stored object, lower-case hex.</param>
/// <param name="Partitions">How many partitions it tells of.</param>
public sealed record CoverageReference(string Key, string Sha256, int Partitions);
