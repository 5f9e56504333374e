using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <content>What another program deleted from the backup on purpose.</content>
public sealed partial class LedgerWriter
{
    /// <summary>Puts entries in the place of those with the same range whose segments were pruned. In one swap, as a commit.</summary>
    /// <exception cref="FencedException">Another writer is the current writer.</exception>
    /// <exception cref="StorageException">The store failed; whether they were replaced is not known.</exception>
    public async Task SupersedeAsync(IReadOnlyList<LedgerEntry> pruned, CancellationToken cancellation)
    {
        if (pruned.Count == 0)
        {
            return;
        }

        var replacements = pruned.ToDictionary(entry => (entry.Partition, entry.Range));
        var topics = pruned.Select(entry => entry.Partition.Topic).ToHashSet(StringComparer.Ordinal);
        var head = Ledger.Head;
        var parts = new List<PartReference>();
        foreach (var part in head.Parts)
        {
            parts.Add(topics.Any(part.MayHold) ? await RewriteAsync(part, Replaced, cancellation) : part);
        }

        await SwapAsync(head with
        {
            Tail = [.. head.Tail.Select(Replaced)],
            Parts = parts,
            Seq = head.Seq + 1,
            Change = head.Seq + 1,
            IsClosed = false,
        }, cancellation);
        foreach (var entry in pruned)
        {
            Ledger.Of(entry.Partition).Replace(entry);
        }

        LedgerEntry Replaced(LedgerEntry entry) => replacements.GetValueOrDefault((entry.Partition, entry.Range), entry);
    }

    /// <summary>A part with some entries replaced, under a name of its own; the same part when none is.</summary>
    private async Task<PartReference> RewriteAsync(PartReference part, Func<LedgerEntry, LedgerEntry> replaced, CancellationToken cancellation)
    {
        var entries = await ReadPartAsync(_store, part, cancellation);
        var rewritten = entries.Select(replaced).ToList();
        return rewritten.SequenceEqual(entries, ReferenceEqualityComparer.Instance) ? part : (await PutPartAsync(_store, rewritten, cancellation)) with { Covered = part.Covered };
    }
}
