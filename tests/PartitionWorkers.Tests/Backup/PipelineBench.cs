using System.Threading.Channels;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

/// <summary>A pipeline between a fake log and a store in memory. Commits each entry at once unless told otherwise.</summary>
internal sealed class PipelineBench
{
    public static readonly PartitionKey Key = new(new BackupId("nightly"), new PartitionId("orders", 3));

    private readonly Channel<LedgerEntry> _entries = Channel.CreateUnbounded<LedgerEntry>();
    private SegmentPipeline? _pipeline;

    public PipelineBench() => Store = new FaultyObjectStore(Memory);

    public FakeCluster Cluster { get; } = new();

    /// <summary>The topic that was planned; null: not known.</summary>
    public string? TopicId { get; init; }

    public MemoryObjectStore Memory { get; } = new();

    public FaultyObjectStore Store { get; set; }

    public FakeTimeProvider Clock { get; } = new();

    public FakeLog Log => Cluster.Log(Key.Partition);

    public PipelineSettings Settings { get; set; } = new() { Segments = new SegmentSettings { Codec = CompressionCodec.None, MaxRecords = 10 } };

    public WorkerMetrics Metrics { get; init; } = WorkerMetrics.Unread;

    public bool CommitsAtOnce { get; init; } = true;

    public IEnumerable<StoreCall> Puts => Store.Calls.Where(call => call.Operation == StoreOperation.Put);

    public Task<long?> RunAsync(params OffsetRange[] ranges) => RunAsync(CancellationToken.None, ranges);

    /// <summary>Whether the store repeats what fails, and leaves behind what does not end.</summary>
    public bool IsPatient { get; init; } = true;

    public Task<long?> RunAsync(CancellationToken cancellation, params OffsetRange[] ranges)
    {
        var patience = new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) });
        var store = IsPatient ? new RetryingObjectStore(Store, patience, new Random(1)) : (IObjectStore)Store;
        var environment = new FakeEnvironment(Cluster, store, Key.Backup).For(Key.Backup, default);
        _pipeline = new SegmentPipeline(Key, environment, Settings, Clock, 4, OnStored) { Metrics = Metrics, TopicId = TopicId };
        return Task.Run(() => _pipeline.RunAsync(ranges, cancellation), CancellationToken.None);
    }

    public void Commit(long epoch = 4) => _pipeline!.Committed(epoch);

    public async Task<LedgerEntry> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TestLimits.Hang);
        return await _entries.Reader.ReadAsync(deadline.Token);
    }

    public bool HasNext() => _entries.Reader.TryPeek(out _);

    /// <summary>What was handed out and not taken yet.</summary>
    public List<LedgerEntry> TakeAll()
    {
        var all = new List<LedgerEntry>();
        while (_entries.Reader.TryRead(out var entry))
        {
            all.Add(entry);
        }

        return all;
    }

    public async Task<List<long>> StoredOffsetsAsync(LedgerEntry entry)
    {
        var stored = await Memory.GetAsync(entry.Segment!.Key, CancellationToken.None);
        using var reader = new SegmentReader(stored!.Content, entry.Segment.Key);
        return TestRecords.CopyAll(reader).Select(record => record.Offset).ToList();
    }

    private void OnStored(LedgerEntry entry)
    {
        _entries.Writer.TryWrite(entry);
        if (CommitsAtOnce)
        {
            Commit();
        }
    }
}
