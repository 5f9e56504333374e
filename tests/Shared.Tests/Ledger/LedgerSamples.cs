using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Shared.Tests.Ledger;

/// <summary>What the tests of the ledger share: a store, entries, writers.</summary>
internal sealed class LedgerSamples
{
    public static readonly BackupId Backup = new("b");

    public static readonly PartitionId Partition = new("t", 0);

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_795_539_789_694));

    /// <summary>Where the objects really are.</summary>
    public MemoryObjectStore Objects { get; } = new();

    /// <summary>An entry with a segment of its own.</summary>
    public static LedgerEntry Entry(long @base, long next, string? key = null, PartitionId? partition = null) => new()
    {
        Partition = partition ?? Partition,
        Range = new OffsetRange(@base, next),
        Segment = Segment(@base, next, key ?? $"s-{@base}", partition),
    };

    public static LedgerEntry Gap(long @base, long next) =>
        new() { Partition = Partition, Range = new OffsetRange(@base, next), Gap = new Gap(Shared.Ledger.Gap.OffsetOutOfRange, 5) };

    /// <summary>The segment of <see cref="Entry"/>; a name without a slash is put into the partition's folder.</summary>
    public static SegmentInfo Segment(long @base, long next, string name, PartitionId? partition = null) => new()
    {
        Key = name.Contains('/', StringComparison.Ordinal) ? name : $"b/topics/{(partition ?? Partition).Topic}/partition={(partition ?? Partition).Number}/{name}",
        StartOffset = @base,
        EndOffset = next - 1,
        MinTimestamp = 1,
        MaxTimestamp = 2,
        RecordCount = next - @base,
        UncompressedSize = 30,
        CompressedSize = 20,
    };

    /// <summary>The store as a run has it: what passes is tried again, and pauses take no time.</summary>
    public static RetryingObjectStore Patient(IObjectStore store) =>
        new(store, new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) }), new Random(1));

    /// <summary>A writer that has loaded the ledger.</summary>
    public async Task<LedgerWriter> LoadedAsync(string name, IObjectStore? store = null, int maxTailBytes = 64 * 1024, int maxParts = 20)
    {
        var writer = new LedgerWriter(Patient(store ?? Objects), Backup, name, Clock) { MaxTailBytes = maxTailBytes, MaxParts = maxParts };
        await writer.LoadAsync(CancellationToken.None);
        return writer;
    }

    /// <summary>A current writer that has committed <paramref name="entries"/>.</summary>
    public async Task<LedgerWriter> InOfficeAsync(string name, params LedgerEntry[] entries)
    {
        var writer = await LoadedAsync(name);
        await writer.ClaimAsync(CancellationToken.None);
        await writer.CommitAsync(entries, CancellationToken.None);
        return writer;
    }

    public async Task<LedgerSnapshot?> ReadAsync() => await LedgerReader.ReadAsync(Objects, Backup, CancellationToken.None);

    public async Task<byte[]> BytesAsync(string key) => (await Objects.GetAsync(key, CancellationToken.None))!.Content.ToArray();

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content) =>
        await Objects.PutAsync(key, new System.Buffers.ReadOnlySequence<byte>(content), PutCondition.Overwrite, CancellationToken.None);

    /// <summary>Puts a real segment with records at these offsets, as a worker does that never gets to commit it.</summary>
    /// <returns>Its key.</returns>
    public async Task<string> PutSegmentAsync(long epoch, IEnumerable<long> offsets, PartitionId? partition = null, string unique = "u")
    {
        var records = new TestRecords();
        foreach (var offset in offsets)
        {
            records.Add($"key-{offset}", $"value-{offset}", offset: offset);
        }

        var key = BackupKeys.Segment(Backup, partition ?? Partition, records.First().Offset, epoch, unique, "");
        await PutAsync(key, Segments.Segment.Bytes(Segments.Segment.Bare, records));
        return key;
    }

    public List<string> Keys(string prefix = "") => Objects.ListAsync(prefix, CancellationToken.None).ToBlockingEnumerable().Select(found => found.Key).ToList();

    public static IEnumerable<string> Ranges(LedgerSnapshot ledger) => ledger.Entries.Select(entry => $"{entry.Partition} {entry.Range}");
}
