using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger;

/// <content>Entries in parts, which are read when they are needed, and merged.</content>
public sealed partial class LedgerWriter
{
    /// <summary>Reads all that the head of this writer names. In office that is the ledger as long as this writer commits nothing.</summary>
    /// <exception cref="FencedException">Another writer is the current writer.</exception>
    /// <exception cref="StorageException">The store failed, a part is damaged or missing, or the coverage object does not tell what the parts hold.</exception>
    public async Task<LedgerSnapshot> ReadWholeAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (whole, missing) = await LedgerReader.ReadWholeAsync(_store, Backup, Ledger.Head, cancellation);
            if (whole is not null)
            {
                _ = Ledger.Compare(whole.Entries, _store, Backup).Count();
                return whole;
            }

            if (IsCurrentWriter)
            {
                throw await WhyGoneAsync(missing!, cancellation);
            }

            // There is a newer head, which names other parts.
            var before = Ledger.Head.Seq;
            await LoadAsync(cancellation);
            if (attempt == MaxClaims || Ledger.Head.Seq == before)
            {
                throw Missing(missing!);
            }
        }
    }

    /// <summary>All entries that the head of this writer names, by partition and base, each of which is read when its turn comes. They are checked against what this writer knows to be
    /// covered, the last of them when all are through.</summary>
    /// <exception cref="FencedException">Another writer is the current writer.</exception>
    /// <exception cref="StorageException">The store failed, a part is damaged or missing, or the coverage object does not tell what the parts hold.</exception>
    internal async Task<IEnumerable<LedgerEntry>> OpenEntriesAsync(CancellationToken cancellation)
    {
        var ledger = Ledger;
        var parts = new List<(PartReference Reference, ReadOnlyMemory<byte> Stored)>();
        foreach (var part in ledger.Head.Parts)
        {
            var stored = await _store.GetAsync(part.Key, cancellation) ?? throw await WhyGoneAsync(part.Key, cancellation);
            parts.Add((part, stored.Content));
        }

        return ledger.Compare(MergedEntries.Of(ledger.Head, parts, topics: null, _store.Address), _store, Backup);
    }

    /// <summary>A batch to judge <paramref name="entries"/> in, for the next <see cref="CommitAsync"/>. What it takes to tell whether they were committed before is read.</summary>
    public async Task<CommitBatch> NewBatchAsync(IEnumerable<LedgerEntry> entries, CancellationToken cancellation)
    {
        var doubtful = entries.Where(entry => Ledger.Partitions.GetValueOrDefault(entry.Partition)?.IsInDoubt(entry) == true).Select(entry => entry.Partition).ToHashSet();
        if (doubtful.Count > 0)
        {
            var topics = doubtful.Select(partition => partition.Topic).ToHashSet(StringComparer.Ordinal);
            var all = Ledger.Head.Tail.ToList();
            foreach (var part in Ledger.Head.Parts.Where(part => topics.Any(part.MayHold)))
            {
                all.AddRange((await ReadPartAsync(_store, part, cancellation)).Where(entry => doubtful.Contains(entry.Partition)));
            }

            foreach (var partition in doubtful)
            {
                Ledger.Of(partition).Recall(all.Where(entry => entry.Partition == partition));
            }
        }

        return new CommitBatch(Ledger);
    }

    /// <summary>Merges small parts when the head names more than <see cref="MaxParts"/>, and writes down what all of them answer for.</summary>
    /// <returns>Whether anything was merged.</returns>
    public async Task<bool> CompactAsync(CancellationToken cancellation)
    {
        var head = Ledger.Head;
        if (!NeedsCompaction)
        {
            return false;
        }

        var small = PartTiers.ToMerge(head.Parts, MaxParts);
        var merged = head.Tail.ToList();
        foreach (var part in small)
        {
            merged.AddRange(await ReadPartAsync(Housekeeping, part, cancellation));
        }

        var reference = await PutPartAsync(Housekeeping, merged, cancellation);
        var (stored, coverage) = CoverageCodec.Write(Ledger, BackupKeys.Coverage(Backup, head.Epoch, NextObject()));
        await PutOnceAsync(Housekeeping, coverage.Key, stored, cancellation);
        await SwapAsync(head with
        {
            Seq = head.Seq + 1,
            Parts = [.. head.Parts.Except(small).Append(reference).Select(part => part with { Covered = true })],
            Tail = [],
            Coverage = coverage,
        }, cancellation);
        Ledger.Forget();
        return true;
    }

    private async Task<IReadOnlyList<LedgerEntry>> ReadPartAsync(IObjectStore store, PartReference part, CancellationToken cancellation)
    {
        // Only a newer writer deletes parts that we name; a swap of ours would fail as well.
        var stored = await store.GetAsync(part.Key, cancellation) ?? throw await WhyGoneAsync(part.Key, cancellation);
        return PartCodec.Read(stored.Content.Span, part, _store.Address);
    }
}
