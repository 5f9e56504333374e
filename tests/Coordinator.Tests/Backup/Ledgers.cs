using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Ledgers that other runs have left behind.</summary>
internal static class Ledgers
{
    public static readonly BackupId Backup = new("nightly");

    public static AssignmentId Order { get; } = new(new RunId("run-1"), 1);

    public static PartitionId Orders(int number = 0) => new("orders", number);

    public static LedgerEntry Entry(PartitionId partition, long @base, long next, long epoch = 1) => new()
    {
        Partition = partition,
        Range = new OffsetRange(@base, next),
        Segment = new SegmentInfo
        {
            Key = BackupKeys.Segment(Backup, partition, @base, epoch, $"{@base:x12}", ".zst"),
            StartOffset = @base,
            EndOffset = next - 1,
            MinTimestamp = 1,
            MaxTimestamp = 2,
            RecordCount = next - @base,
            UncompressedSize = 100,
            CompressedSize = 50,
        },
    };

    public static LedgerWriter Writer(IObjectStore store, string name = "an earlier run") =>
        new(store, Backup, name, TimeProvider.System);

    /// <summary>Commits entries as an earlier run, which ended clean.</summary>
    public static async Task CommitAsync(IObjectStore store, IReadOnlyList<LedgerEntry> entries, string clusterId = "cluster-1", params TopicFacts[] topics)
    {
        var writer = Writer(store, $"an earlier run {Guid.NewGuid():N}");
        await writer.LoadAsync(CancellationToken.None);
        await writer.ClaimAsync(CancellationToken.None);
        await writer.CommitAsync(entries, CancellationToken.None);
        await writer.RecordSourceAsync(clusterId, topics, CancellationToken.None);
        await writer.CloseAsync(CancellationToken.None);
    }

    public static async Task<LedgerOutline> ReadAsync(IObjectStore store) =>
        await LedgerReader.ReadOutlineAsync(store, Backup, CancellationToken.None) ?? LedgerOutline.Empty;

    /// <summary>All entries.</summary>
    public static async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(IObjectStore store) =>
        [.. (await LedgerReader.ReadAsync(store, Backup, CancellationToken.None))?.Entries ?? []];
}
