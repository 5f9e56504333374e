using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>One topic of a backup.</summary>
/// <param name="manifest">What it holds of it, in the form of OSO's manifest.</param>
/// <param name="entries">The topic's entries in the ledger, by partition and base; null for a backup that only OSO's tool wrote.</param>
public sealed class BackupTopic(ManifestTopic manifest, IReadOnlyList<LedgerEntry>? entries)
{
    /// <summary>What the backup holds of it, in the form of OSO's manifest.</summary>
    public ManifestTopic Manifest => manifest;

    /// <summary>What the ledger answers for in those partitions that have entries, by number; null without a ledger.</summary>
    public IReadOnlyDictionary<int, Coverage>? Coverage => field ??= entries is null ? null : CoverageOf(entries);

    private static Dictionary<int, Coverage> CoverageOf(IReadOnlyList<LedgerEntry> entries)
    {
        var covered = new Dictionary<int, Coverage>();
        foreach (var entry in entries)
        {
            if (!covered.TryGetValue(entry.Partition.Number, out var coverage))
            {
                covered.Add(entry.Partition.Number, coverage = new Coverage());
            }

            coverage.Add(entry.Range);
        }

        return covered;
    }
}
