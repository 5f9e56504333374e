using System.Text.Json;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>Ledgers and manifests with a little of all that can stand in them.</summary>
internal static class RandomBackups
{
    public static List<string> Topics(Random random) => [.. new[] { "a", "b", "orders", "Ä", "z" }.Where(_ => random.Next(2) == 0)];

    public static LedgerEntry NextEntry(PartitionId partition, Dictionary<PartitionId, long> ends, Random random)
    {
        var from = ends.GetValueOrDefault(partition);
        var next = ends[partition] = from + random.Next(1, 20);
        return random.Next(5) switch
        {
            0 => new LedgerEntry { Partition = partition, Range = new OffsetRange(from, next) },
            1 => new LedgerEntry { Partition = partition, Range = new OffsetRange(from, next), Gap = new Gap(Shared.Ledger.Gap.OffsetOutOfRange, 5) },
            2 => new LedgerEntry { Partition = partition, Range = new OffsetRange(from, next), Pruned = new Pruned("retention", 3, 2, 1, 40) },
            _ => Entry(from, next, partition: partition),
        };
    }

    /// <summary>What another program might have put there: some of it known, some not, fields of its own on each level.</summary>
    public static BackupManifest Foreign(Random random, Dictionary<PartitionId, long> ends)
    {
        var topics = new[] { "b", "other", "Ä" }.Order(StringComparer.Ordinal).Select(name => new ManifestTopic
        {
            Name = name,
            Partitions =
            [
                new ManifestPartition
                {
                    PartitionId = 1,
                    Segments = [.. Enumerable.Range(0, random.Next(4)).Select(number => Foreign(name, ends.GetValueOrDefault(new PartitionId(name, 1)) + (number * 10)))],
                    Others = Others(random),
                },
            ],
            Others = Others(random),
        });
        return new BackupManifest { BackupId = "b", CreatedAt = 12, SourceBrokers = ["old:9092"], Compression = "lz4", Topics = [.. topics], Others = Others(random) };
    }

    public static ManifestSegment Foreign(string topic, long from) => new()
    {
        Key = $"b/topics/{topic}/partition=1/foreign-{from}",
        StartOffset = from,
        EndOffset = from + 9,
        StartTimestamp = 1,
        EndTimestamp = 2,
        RecordCount = 10,
        UncompressedSize = 5,
        CompressedSize = 4,
    };

    private static Dictionary<string, JsonElement>? Others(Random random) => random.Next(2) == 0
        ? null
        : new() { ["x"] = JsonDocument.Parse("""{"n":1.50,"s":"\u00e4<","list":[1,{}]}""").RootElement };
}
