using System.Diagnostics;
using KafkaBackup.Cli.Output;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Benchmarks;

/// <summary>Single steps with the ledger of a long backup, each for a process of its own.</summary>
internal static class LedgerSteps
{
    private const int PartitionsInTopic = 100;
    private const int Partitions = 10_000;
    private const int RecordsEach = 1_000;

    /// <summary>As many entries as a swap takes in when all partitions are busy.</summary>
    private const int EntriesInCommit = 1_000;

    private static readonly BackupId Backup = new("long");

    /// <summary>Does one step, and prints how long it took in ms.</summary>
    /// <param name="step"><c>fill</c>, <c>begin</c>, <c>commit</c>, <c>render</c>, <c>describe</c> (all but the single segments), <c>describe-topic</c> (of one) or <c>describe-segments</c> (all of them, as JSON).</param>
    /// <param name="path">The storage's directory.</param>
    /// <param name="entries">How many entries to fill it with.</param>
    public static async Task RunAsync(string step, string path, int entries)
    {
        var store = new FileSystemObjectStore(path);
        var began = Stopwatch.GetTimestamp();
        switch (step)
        {
            case "fill":
                await FillAsync(store, entries);
                break;
            case "begin":
                var outline = await LedgerReader.ReadOutlineAsync(store, Backup, CancellationToken.None);
                if (outline!.Partitions.Count != Math.Min(Partitions, entries))
                {
                    throw new InvalidOperationException($"The ledger tells of {outline.Partitions.Count} partitions.");
                }

                break;
            case "commit":
                var writer = await InOfficeAsync(store);
                var position = writer.Ledger.CoverageOf(Partition(0)).Position!.Value;
                var batch = await writer.NewBatchAsync([Entry(0, position)], CancellationToken.None);
                batch.Judge(Entry(0, position), writer.Ledger.Head.Epoch);
                began = Stopwatch.GetTimestamp();
                await writer.CommitAsync(batch.Accepted, CancellationToken.None);
                break;
            case "render":
                var renderer = await InOfficeAsync(store);
                began = Stopwatch.GetTimestamp();
                await RenderAsync(store, renderer);
                break;
            case "describe":
                await new BackupReader(store).ReadAsync(Backup.Value, topics: null, contents => DescribeText.RenderAsync(contents, CancellationToken.None), CancellationToken.None);
                break;
            case "describe-topic":
                var only = new HashSet<string> { Partition(Math.Min(Partitions, entries) / 2).Topic };
                await new BackupReader(store).ReadAsync(Backup.Value, only, contents => DescribeText.RenderAsync(contents, CancellationToken.None), CancellationToken.None);
                break;
            case "describe-segments":
                await new BackupReader(store).ReadAsync(Backup.Value, topics: null, async contents =>
                {
                    await ManifestWriter.WriteAsync(contents, Stream.Null, CancellationToken.None);
                    return true;
                }, CancellationToken.None);
                break;
        }

        Console.WriteLine(Stopwatch.GetElapsedTime(began).TotalMilliseconds.ToString("F0"));
    }

    private static async Task<LedgerWriter> InOfficeAsync(FileSystemObjectStore store)
    {
        var writer = new LedgerWriter(store, Backup, Guid.NewGuid().ToString("N"), TimeProvider.System);
        await writer.LoadAsync(CancellationToken.None);
        await writer.ClaimAsync(CancellationToken.None);
        return writer;
    }

    private static async Task FillAsync(FileSystemObjectStore store, int entries)
    {
        var writer = await InOfficeAsync(store);
        foreach (var chunk in Enumerable.Range(0, entries).Chunk(EntriesInCommit))
        {
            await writer.CommitAsync([.. chunk.Select(number => Entry(number % Partitions, number / Partitions * (long)RecordsEach))], CancellationToken.None);
            await writer.CompactAsync(CancellationToken.None);
        }

        await RenderAsync(store, writer);
    }

    private static Task RenderAsync(FileSystemObjectStore store, LedgerWriter writer) =>
        new ManifestPublisher(store).RenderAsync(writer, new ManifestPublisher.SourceLabels(["broker:9092"], "zstd"), CancellationToken.None);

    private static PartitionId Partition(int number) => new($"topic-{number / PartitionsInTopic:D3}", number % PartitionsInTopic);

    private static LedgerEntry Entry(int partition, long from) => new()
    {
        Partition = Partition(partition),
        Range = new OffsetRange(from, from + RecordsEach),
        LeaderEpoch = 3,
        Segment = new SegmentInfo
        {
            Key = BackupKeys.Segment(Backup, Partition(partition), from, 1, $"{partition * 7919L + from:x12}", ".zst"),
            StartOffset = from,
            EndOffset = from + RecordsEach - 1,
            MinTimestamp = 1_700_000_000_000 + from,
            MaxTimestamp = 1_700_000_000_000 + from + RecordsEach,
            RecordCount = RecordsEach,
            UncompressedSize = 1_100_000 + partition,
            CompressedSize = 300_000 + (partition * 31 % 1_000),
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes((partition * 1_000_003L) + from))),
            UploadedAt = 1_700_000_000_000 + from,
        },
    };
}
