namespace KafkaBackup.Shared.Ledger;

/// <summary>What the manifest showed when it was rendered last.</summary>
/// <param name="Change">The <see cref="Head.Change"/> that it shows.</param>
/// <param name="Entries">How many entries the ledger had then.</param>
/// <param name="ManifestTag">The manifest's tag then; another one means that another program wrote it.</param>
public sealed record RenderMark(long Change, long Entries, string ManifestTag);
