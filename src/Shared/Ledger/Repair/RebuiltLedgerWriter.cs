using System.Buffers;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>Puts a rebuilt ledger into the store: parts first, then the head that names them, by compare-and-swap.</summary>
internal sealed class RebuiltLedgerWriter(IObjectStore store, TimeProvider clock)
{
    private const int MaxTailBytes = 64 * 1024;
    private const int EntriesInPart = 100_000;

    /// <summary>Writes it.</summary>
    /// <returns>The epoch of the new head.</returns>
    /// <exception cref="BackupException">The head is no longer what it was when the store was read.</exception>
    public async Task<long> WriteAsync(LedgerEvidence evidence, RebuiltLedger ledger, string writer, CancellationToken cancellation)
    {
        // Two above all: what an old run's worker still holds carries an epoch that no writer takes any more.
        var epoch = evidence.HighestEpoch + 2;
        var sequence = evidence.HighestSequence + 1;
        var head = (evidence.Head ?? Head.None) with
        {
            Format = Head.CurrentFormat,
            Epoch = epoch,
            Writer = writer,
            CreatedAt = evidence.Head?.CreatedAt ?? evidence.Manifest?.CreatedAt ?? clock.GetUtcNow().ToUnixTimeMilliseconds(),
            SourceClusterId = evidence.Head?.SourceClusterId ?? evidence.Manifest?.SourceClusterId,
            Tail = ledger.Entries,
            Parts = [],
            Coverage = null,
            Topics = evidence.TopicsKey,
            Rendered = null,
            IsClosed = true,
            UncleanSince = null,
            UnsweptThrough = null,
        };
        if (head.Topics is null && FactsOf(evidence) is { Count: > 0 } facts)
        {
            head = head with { Topics = BackupKeys.Topics(evidence.Backup, epoch, sequence++) };
            await PutAsync(head.Topics, HeadCodec.WriteTopics(facts), cancellation);
        }

        if (HeadCodec.Write(head).Length > MaxTailBytes)
        {
            var parts = new List<PartReference>();
            foreach (var chunk in ledger.Entries.Chunk(EntriesInPart))
            {
                var (stored, reference) = PartCodec.Write(chunk, BackupKeys.Part(evidence.Backup, epoch, sequence++));
                await PutAsync(reference.Key, stored, cancellation);
                parts.Add(reference);
            }

            head = head with { Tail = [], Parts = parts };
        }

        head = head with { Seq = sequence, Change = sequence };
        var (tag, other) = await new HeadStore(store, evidence.Backup).TrySwapAsync(head, evidence.HeadTag, cancellation);
        return tag is not null ? epoch : throw new BackupException(FailureKind.Fenced,
            $"Another process ({other?.Writer ?? "unknown: the head is gone"}) changed the head of backup '{evidence.Backup}' "
            + "while it was being repaired. The ledger is as that process left it. Let no run work on the backup, and repair it again.");
    }

    /// <summary>What the manifest tells of topics, when no topics object is left. Their ids are not known then; the next run asks for them.</summary>
    private static List<TopicFacts> FactsOf(LedgerEvidence evidence) =>
        [.. (evidence.Manifest?.Topics ?? []).Where(topic => topic.OriginalPartitionCount > 0).DistinctBy(topic => topic.Name)
            .Select(topic => new TopicFacts(topic.Name, topic.OriginalPartitionCount!.Value)
            {
                ReplicationFactor = topic.SourceReplicationFactor,
                Configurations = topic.Configurations.Count > 0 ? topic.Configurations : null, // None may mean that nobody asked.
            })];

    private async Task PutAsync(string key, byte[] content, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, new ReadOnlySequence<byte>(content), PutCondition.CreateOnly, cancellation);
        }
        catch (StorageConflictException e)
        {
            var there = await store.GetAsync(key, cancellation);
            if (there is null || !there.Content.Span.SequenceEqual(content))
            {
                throw new StorageException(key, $"{key} in {store.Name} holds something else than this repair wrote there. "
                    + "Another process is at work on the backup; end it, and repair again.", e);
            }
        }
    }
}
