namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>Compares a rebuilt ledger with what was found, for the operator.</summary>
internal static class RepairReporting
{
    public static RepairReport Make(LedgerEvidence evidence, RebuiltLedger ledger, IReadOnlyList<string> unsound, long? epoch)
    {
        var before = evidence.Parts.Where(part => part.IsNamed).SelectMany(part => part.Entries).Concat(evidence.Head?.Tail ?? [])
            .Select(entry => entry.Segment?.Key).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var after = ledger.Entries.Select(entry => entry.Segment?.Key).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new RepairReport
        {
            Backup = evidence.Backup,
            HadHead = evidence.Head is not null,
            Parts = evidence.Parts.Count,
            HadManifest = evidence.Manifest is not null,
            Segments = evidence.Segments.Count,
            NamedBefore = before.Count,
            Partitions = [.. ledger.Entries.GroupBy(entry => entry.Partition).Select(entries => PartitionOf(entries.Key, [.. entries], before))],
            Damage = evidence.Damage,
            UnsoundSegments = unsound,
            Lost = ledger.Lost,
            Unnamed = evidence.Segments.Keys.Count(key => !after.Contains(key)),
            WasSound = ledger.IsSameAsBefore,
            Epoch = epoch,
        };
    }

    private static RepairedPartition PartitionOf(PartitionId partition, List<LedgerEntry> entries, HashSet<string> before)
    {
        var keys = entries.Select(entry => entry.Segment?.Key).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var range = new OffsetRange(entries[0].Range.Base, entries[^1].Range.Next);
        return new RepairedPartition(
            partition, range, keys.Count, keys.Count(key => !before.Contains(key)),
            OffsetRanges.Union(entries.Where(entry => entry.Gap is not null).Select(entry => entry.Range)),
            [.. OffsetRanges.Outside(range, OffsetRanges.Union(entries.Select(entry => entry.Range)))]);
    }
}
