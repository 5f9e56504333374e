namespace KafkaBackup.Shared.Ledger;

/// <summary>A part as the head names it.</summary>
/// <param name="Key">The part's key.</param>
/// <param name="Sha256">SHA-256 of the stored object, lower-case hex: a reader trusts nothing else.</param>
/// <param name="Entries">How many entries it holds.</param>
/// <param name="FirstTopic">The topic of its first entry; a reader of other topics skips the part.</param>
/// <param name="LastTopic">The topic of its last entry.</param>
public sealed record PartReference(string Key, string Sha256, long Entries, string FirstTopic, string LastTopic);
