using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Finds the places of consumer groups by the times of records, as <c>consumer_group_strategy: timestamp-based</c> wants it.</summary>
/// <param name="store">Where the backup lives.</param>
/// <param name="catalog">Tells at which offset of the target a time begins.</param>
internal sealed class PlacesByTime(IObjectStore store, ITopicCatalog catalog)
{
    /// <summary>The groups, each at the first restored record that is no older than the one that it would have read next at the source; as counted where there was none, or where
    /// what was there before the restore has such records.</summary>
    /// <param name="groups">As counted.</param>
    /// <param name="orders">What was restored, all of it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">A segment cannot be read, or the target does not answer.</exception>
    public async Task<IReadOnlyList<RestoredGroup>> FindAsync(IReadOnlyList<RestoredGroup> groups, IReadOnlyDictionary<PartitionId, RestorePartition> orders, CancellationToken cancellation)
    {
        var wanted = groups.SelectMany(group => group.Places).ToLookup(place => place.Target, place => place.SourceOffset);
        var times = new Dictionary<(PartitionId Target, long SourceOffset), long>();
        foreach (var partition in wanted)
        {
            await ReadAsync(orders[partition.Key], [.. partition.Distinct().Order()], times, cancellation);
        }

        var found = new List<RestoredGroup>();
        foreach (var group in groups)
        {
            var dated = group.Places.Where(place => times.ContainsKey((place.Target, place.SourceOffset))).ToDictionary(place => place.Target, place => times[(place.Target, place.SourceOffset)]);
            var offsets = await catalog.FindOffsetsAsync(dated, cancellation);
            found.Add(group with { Places = [.. group.Places.Select(place => offsets.TryGetValue(place.Target, out var offset) && offset >= orders[place.Target].Base ? place with { Offset = offset } : place)] });
        }

        return found;
    }

    /// <summary>Finds the time of the record at or behind each of <paramref name="offsets"/>. Behind the last one of the backup there is none.</summary>
    private async Task ReadAsync(RestorePartition order, List<long> offsets, Dictionary<(PartitionId Target, long SourceOffset), long> times, CancellationToken cancellation)
    {
        var next = 0;
        await foreach (var record in new PartitionRecords(store, order.Source, order.Segments, offsets[0]).ReadAsync(cancellation))
        {
            while (next < offsets.Count && record.Offset >= offsets[next])
            {
                if (record.Timestamp >= 0)
                {
                    times[(order.Target, offsets[next])] = record.Timestamp;
                }

                next++;
            }

            if (next == offsets.Count)
            {
                return;
            }
        }
    }
}
