using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>What a backup holds.</summary>
/// <param name="Manifest">All of it, in the form of OSO's manifest.</param>
/// <param name="Ledger">What it answers for; null for one that only OSO's tool wrote.</param>
public sealed record BackupContents(BackupManifest Manifest, LedgerSnapshot? Ledger);
