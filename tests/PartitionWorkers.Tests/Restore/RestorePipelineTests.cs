using System.Text;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

public sealed class RestorePipelineTests
{
    private readonly MemoryObjectStore _store = new();
    private readonly FakeSink _sink = new();

    [Fact]
    public async Task What_a_backup_appended_is_taken_off_and_what_the_record_had_itself_is_kept()
    {
        var records = new TestRecords().Add("k", "v", [("x-original-offset", "own"), ("x-original-timestamp", "own")]).Add((byte[]?)null, null);

        var restored = await RestoreAsync(records, new RestoreSection());

        Assert.Equal((2L, 0L, (long?)null), (restored.Records, restored.Markers, restored.FirstChangedTime));
        Assert.Equal(["x-original-offset=own", "x-original-timestamp=own"], _sink.Written[0].Headers.Select(Text));
        Assert.Empty(_sink.Written[1].Headers);
        Assert.Equal((null, null, TestRecords.FirstTimestamp + 1), (_sink.Written[1].Key, _sink.Written[1].Value, _sink.Written[1].Timestamp));
    }

    [Fact]
    public async Task The_origin_is_added_when_it_is_asked_for()
    {
        await RestoreAsync(new TestRecords().Add("k", "v", offset: 7), new RestoreSection { IncludesOriginalOffset = true });

        Assert.Equal(["x-original-offset", "x-original-timestamp", "x-source-partition"], _sink.Written[0].Headers.Select(header => header.Key));
        Assert.Equal([3, 0, 0, 0], _sink.Written[0].Headers[2].Value!);
    }

    [Theory]
    [InlineData("nightly/topics/orders/partition=3/segment-00000000000000000000.bin", 2, 1L)] // As OSO's tool names it.
    [InlineData("nightly/topics/orders/partition=3/segment-00000000000000000000-1-5f71a4fadd0b.bin", 3, null)] // This one reads committed records only.
    public async Task Markers_of_transactions_are_left_out_where_they_may_be(string key, int written, long? first)
    {
        var records = new TestRecords().Add("k", "v").Add([0, 0, 0, 1], [0, 0, 0, 0, 0, 4]).Add([0, 0, 0, 1], "ACTIVE"u8.ToArray());

        var restored = await RestoreAsync(records, new RestoreSection(), key: key);

        Assert.Equal((written, first), (restored.Records, restored.FirstMarker));
    }

    [Fact]
    public async Task A_time_that_cannot_be_sent_is_told_with_its_first_record()
    {
        var records = new TestRecords().Add("k", "v").Add("k", "v", timestamp: 0).Add("k", "v", timestamp: 0);

        Assert.Equal(1, (await RestoreAsync(records, new RestoreSection())).FirstChangedTime);
    }

    [Fact]
    public async Task When_it_is_stopped_it_waits_for_what_is_on_its_way_and_tells_how_much_that_was()
    {
        using var stop = new CancellationTokenSource();
        _sink.OnWrite = count =>
        {
            if (count == 5)
            {
                stop.Cancel();
            }
        };

        var restored = await RestoreAsync(new TestRecords().AddMany(20), new RestoreSection(), stop.Token);

        Assert.Equal((5L, true), (restored.Records, restored.WasStopped));
    }

    [Fact]
    public async Task A_record_that_is_not_taken_ends_it()
    {
        _sink.OnWrite = count => _ = count == 3 ? throw new BackupException(FailureKind.Source, "Too large.") : 0;

        Assert.Equal("Too large.", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(new TestRecords().AddMany(20), new RestoreSection()))).Message);
    }

    private async Task<PartitionRestored> RestoreAsync(TestRecords records, RestoreSection section, CancellationToken cancellation = default, string key = "s")
    {
        var writer = new SegmentWriter(new SegmentSettings { Codec = CompressionCodec.None });
        var cursor = records.Cursor();
        while (cursor.MoveNext())
        {
            writer.Append(cursor);
        }

        using var stored = writer.Seal();
        await _store.PutAsync(key, stored.Content, PutCondition.Overwrite, CancellationToken.None);
        var segment = new ManifestSegment
        {
            Key = key,
            StartOffset = stored.Info.StartOffset,
            EndOffset = stored.Info.EndOffset,
            RecordCount = stored.Info.RecordCount,
            StartTimestamp = 0,
            EndTimestamp = 0,
        };
        var order = new RestorePartition(new PartitionId("orders", 3), new PartitionId("restored", 3), [segment]);
        return await new RestorePipeline(order, section, _store, _sink, new RestorePace(section, TimeProvider.System), new NodeProgress()).RunAsync(cancellation);
    }

    private static string Text(KeyValuePair<string, byte[]?> header) => $"{header.Key}={Encoding.UTF8.GetString(header.Value!)}";

    private sealed class FakeSink : IRecordSink, IRecordWriter
    {
        public List<OutgoingRecord> Written { get; } = [];

        public Action<int> OnWrite { get; set; } = _ => { };

        public IRecordWriter Open(PartitionId partition) => this;

        public ValueTask WriteAsync(OutgoingRecord record, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            Written.Add(record);
            OnWrite(Written.Count);
            return ValueTask.CompletedTask;
        }

        public Task<long> CompleteAsync(CancellationToken cancellation) => Task.FromResult((long)Written.Count);

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
