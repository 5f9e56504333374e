using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Simulation.Tests;

/// <summary>Whoever restores or describes while the backup goes on: must see all that was acknowledged before it began.</summary>
internal sealed class SimulatedReader(World world, string name) : SimulatedProcess(world, name)
{
    protected override async Task RunAsync()
    {
        var acknowledged = World.Judge.AcknowledgedCount;
        var store = World.Patient(new SimulatedStore(World, this));
        var seen = World.Mutation == Mutation.MissingPartIgnored
            ? await ReadCarelesslyAsync(store)
            : (await LedgerReader.ReadAsync(store, World.Backup, CancellationToken.None))?.Entries ?? [];
        World.Judge.Read(this, acknowledged, seen.ToList());
    }

    private async Task<IEnumerable<LedgerEntry>> ReadCarelesslyAsync(IObjectStore store)
    {
        var key = BackupKeys.Head(World.Backup);
        if (await store.GetAsync(key, CancellationToken.None) is not { } stored)
        {
            return [];
        }

        var head = HeadCodec.Read(stored.Content.Span, key);
        var entries = head.Tail.ToList();
        foreach (var part in head.Parts)
        {
            for (var turns = 40; turns > 0; turns--) // Slow enough for parts to be merged and swept meanwhile.
            {
                await PauseAsync();
            }

            if (await store.GetAsync(part.Key, CancellationToken.None) is { } found)
            {
                entries.AddRange(PartCodec.Read(found.Content.Span, part));
            }
        }

        return entries;
    }
}
