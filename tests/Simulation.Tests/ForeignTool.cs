using System.Buffers;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared;

namespace KafkaBackup.Simulation.Tests;

/// <summary>Another program on the same backup: no conditions, its own idea of where to go on, and a memory that fails it.</summary>
internal sealed class ForeignTool(World world, string name) : SimulatedProcess(world, name)
{
    private const string Mark = ".bin.other-";

    private readonly string _key = BackupKeys.Manifest(World.Backup);

    /// <summary>Whether a segment is the foreign tool's.</summary>
    public static bool Made(string key) => key.Contains(Mark, StringComparison.Ordinal);

    public static ManifestSegment ToManifest(SegmentInfo segment) => new()
    {
        Key = segment.Key,
        StartOffset = segment.StartOffset,
        EndOffset = segment.EndOffset,
        StartTimestamp = segment.MinTimestamp,
        EndTimestamp = segment.MaxTimestamp,
        RecordCount = segment.RecordCount,
        CompressedSize = segment.CompressedSize,
    };

    protected override async Task RunAsync()
    {
        var store = new SimulatedStore(World, this);
        var stored = await store.GetAsync(_key, CancellationToken.None);
        // A failed GET counts as "no manifest".
        var manifest = stored is null || Random.NextDouble() < .3 ? Empty : ManifestJson.Read(stored.Content.Span, _key);
        var source = World.Sources[Random.Next(World.Sources.Count)];
        var last = SegmentsOf(manifest, source.Partition).Max(segment => (long?)segment.EndOffset);
        var from = last + 1 ?? source.Start;
        if (from >= source.End || !source.TryFetch(new OffsetRange(from, source.End), 4, out var records, out _) || records.Count == 0)
        {
            return;
        }

        var key = $"{BackupKeys.SegmentsPrefix(World.Backup)}t/partition={source.Partition.Number}/segment-{records[0]:D20}{Mark}{Name}";
        await store.PutAsync(key, new ReadOnlySequence<byte>(World.ToContent(records)), PutCondition.Overwrite, CancellationToken.None);
        var changed = ManifestJson.Write(Add(manifest, source.Partition, ToManifest(World.Info(key, records))));
        await store.PutAsync(_key, new ReadOnlySequence<byte>(changed), PutCondition.Overwrite, CancellationToken.None);
    }

    private static BackupManifest Empty => new() { BackupId = World.Backup.Value, CreatedAt = 1, Topics = [] };

    private static IEnumerable<ManifestSegment> SegmentsOf(BackupManifest manifest, PartitionId partition) =>
        manifest.Topics.Where(topic => topic.Name == partition.Topic).SelectMany(topic => topic.Partitions)
            .Where(p => p.PartitionId == partition.Number).SelectMany(p => p.Segments);

    private static BackupManifest Add(BackupManifest manifest, PartitionId partition, ManifestSegment segment)
    {
        var partitions = manifest.Topics.SelectMany(topic => topic.Partitions).ToList();
        var at = partitions.FindIndex(p => p.PartitionId == partition.Number);
        if (at < 0)
        {
            partitions.Add(new ManifestPartition { PartitionId = partition.Number, Segments = [segment] });
        }
        else
        {
            partitions[at] = partitions[at] with { Segments = [.. partitions[at].Segments, segment] };
        }

        return manifest with { Topics = [new ManifestTopic { Name = partition.Topic, Partitions = partitions }] };
    }
}
