using System.Text;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

public sealed partial class RestorePipelineTests
{
    private readonly MemoryObjectStore _store = new();
    private readonly FakeSink _sink = new();
    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("restored", partitions: 4);
    private readonly RestoreProgress _progress = new(new NodeProgress());

    private static readonly PartitionId Target = new("restored", 3);

    [Fact]
    public async Task What_a_backup_appended_is_taken_off_and_what_the_record_had_itself_is_kept()
    {
        var records = new TestRecords().Add("k", "v", [("x-original-offset", "own"), ("x-original-timestamp", "own")]).Add((byte[]?)null, null);

        var restored = await RestoreAsync(records, new RestoreSection());

        Assert.Equal((2L, 0L), (restored.Records, restored.Markers));
        Assert.Equal(["x-original-offset=own", "x-original-timestamp=own"], _sink.Records[0].Headers.Select(Text));
        Assert.Empty(_sink.Records[1].Headers);
        Assert.Equal((null, null, TestRecords.FirstTimestamp + 1), (_sink.Records[1].Key, _sink.Records[1].Value, _sink.Records[1].Timestamp));
    }

    [Fact]
    public async Task The_origin_is_added_when_it_is_asked_for()
    {
        await RestoreAsync(new TestRecords().Add("k", "v", offset: 7), new RestoreSection { IncludesOriginalOffset = true });

        Assert.Equal(["x-original-offset", "x-original-timestamp", "x-source-partition"], _sink.Records[0].Headers.Select(header => Encoding.UTF8.GetString(header.Name)));
        Assert.Equal([3, 0, 0, 0], _sink.Records[0].Headers[2].Value!);
    }

    [Theory]
    [InlineData(RecordFilterAction.Drop, "b,", "1,0")]
    [InlineData(RecordFilterAction.Keep, "a", "2,0")]
    [InlineData(RecordFilterAction.Tombstone, "a=null,b=2,=3", "0,1")]
    public async Task Filters_leave_out_records_or_take_their_values_and_headers(RecordFilterAction action, string written, string counted)
    {
        var records = new TestRecords().Add("a", "1", [("tenant", "x")]).Add("b", "2").Add((byte[]?)null, "3"u8.ToArray());

        var restored = await RestoreAsync(records, new RestoreSection { RecordFilters = [new RecordFilter(action) { Keys = ["a"u8.ToArray()], Topics = ["ord*"] }, new RecordFilter(RecordFilterAction.Drop) { Keys = ["b"u8.ToArray()], Topics = ["other"] }] });

        Assert.Equal(counted, $"{restored.Filtered.Dropped},{restored.Filtered.Tombstones}");
        Assert.Equal(written, string.Join(',', _sink.Records.Select(record => Key(record) + (action == RecordFilterAction.Tombstone ? $"={(record.Value is null ? "null" : Encoding.UTF8.GetString(record.Value))}" : ""))));
        Assert.All(_sink.Records.Where(record => record.Value is null), record => Assert.Empty(record.Headers));

        static string Key(TestRecord record) => record.Key is null ? "" : Encoding.UTF8.GetString(record.Key);
    }

    [Fact]
    public async Task A_header_names_records_too()
    {
        var records = new TestRecords().Add("a", "1", [("tenant", "x"), ("tenant", "y")]).Add("b", "2", [("tenant", "z")]).Add("c", "3");

        await RestoreAsync(records, new RestoreSection { RecordFilters = [new RecordFilter(RecordFilterAction.Drop) { Headers = [new("tenant", "y"u8.ToArray())] }] });

        Assert.Equal(["b", "c"], _sink.Records.Select(record => Encoding.UTF8.GetString(record.Key!)));
    }

    [Fact]
    public async Task Of_a_partition_those_offsets_come_that_are_chosen()
    {
        var records = new TestRecords().Add("a", "1", offset: 4).Add("b", "2", offset: 7).Add("c", "3", offset: 9);
        var ranges = new Dictionary<PartitionId, OffsetBounds> { [new PartitionId("orders", 3)] = new(5, 9), [new PartitionId("orders", 1)] = new(0, 1) };

        var restored = await RestoreAsync(records, new RestoreSection { OffsetRanges = ranges });

        Assert.Equal([7, 9], _sink.Records.Select(record => record.Offset));
        Assert.Equal(new RestoredSpan(7, 9, TestRecords.FirstTimestamp + 1, TestRecords.FirstTimestamp + 2), restored.Span);
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
    public async Task Times_of_0_and_before_it_come_back_as_they_were()
    {
        var records = new TestRecords().Add("k", "v").Add("k", "v", timestamp: 0).Add("k", "v", timestamp: RecordCursor.NoTimestamp);

        var restored = await RestoreAsync(records, new RestoreSection());

        Assert.Equal([TestRecords.FirstTimestamp, 0, RecordCursor.NoTimestamp], _sink.Records.Select(record => record.Timestamp));
        Assert.True(restored.IsExact);
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

    [Fact]
    public async Task What_an_earlier_attempt_wrote_is_compared_and_the_rest_is_written_behind_it()
    {
        var records = new TestRecords().Add("k", "v", [("h", null)]).AddMany(9);
        Arrived(records.Take(4));

        var restored = await RestoreAsync(records, new RestoreSection(), order: order => order with { There = 4 });

        Assert.Equal((10L, 6), (restored.Records, _sink.Records.Count));
        Assert.Equal(4, _sink.Records[0].Offset);
        Assert.Equal((10L, 9L), _progress.Positions[Target] is var soFar ? (soFar.Records, soFar.SourceOffset) : default);
    }

    [Fact]
    public async Task What_is_noted_is_not_read_again()
    {
        var records = new TestRecords().AddMany(10);
        Arrived(records.Take(6).Select(record => record.Offset < 3 ? record with { Value = [9] } : record));

        var restored = await RestoreAsync(records, new RestoreSection(), order: order => order with
        {
            There = 6,
            Noted = new RestoredSoFar { Records = 3, SourceOffset = 2, Differences = ["It differs."], Marked = new Dictionary<long, long> { [1] = 1, [2] = 2 } },
            Marks = [1, 2, 5, 8, 20],
        });

        Assert.Equal((10L, 4, "It differs."), (restored.Records, _sink.Records.Count, Assert.Single(restored.Differences)));
        Assert.Equal([(1, 1), (2, 2), (5, 5), (8, 8), (20, 10)], Sorted(restored));
    }

    [Theory]
    [InlineData(3, "its offset 2 should hold the record of offset 2 at the source, and holds another")] // The third one has another value.
    [InlineData(12, "what is to be restored ends before its offset 10, and it goes on")]
    public async Task A_target_that_holds_something_else_is_left_alone(int there, string sentence)
    {
        var records = new TestRecords().AddMany(10);
        Arrived(there == 3 ? records.Take(3).Select(record => record.Offset == 2 ? record with { Value = [9] } : record) : new TestRecords().AddMany(there));

        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(records, new RestoreSection(), order: order => order with { There = there }));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Empty(_sink.Records);
    }

    [Theory]
    [InlineData(0, TestRecords.FirstTimestamp)] // As clients give it that take 0 for "now".
    [InlineData(TestRecords.FirstTimestamp, 0)]
    public async Task A_record_with_another_time_than_it_had_is_another_one(long time, long there)
    {
        Arrived(new TestRecords().Add("k", "v", timestamp: 0).Add("k", "v", timestamp: there));

        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(
            new TestRecords().Add("k", "v", timestamp: 0).Add("k", "v", timestamp: time), new RestoreSection(), order: order => order with { There = 2 }));

        Assert.Contains("its offset 1 should hold the record of offset 1 at the source, and holds another", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Marks_are_where_the_first_record_at_or_behind_them_comes_to_stand()
    {
        var records = new TestRecords().Add("k", "v", offset: 10).Add("k", "v").Add("k", "v", offset: 15).Add("k", "v", offset: 16);

        var restored = await RestoreAsync(records, new RestoreSection(), marks: [0, 10, 11, 12, 15, 16, 17, 900]);

        Assert.Equal([(0, 0), (10, 0), (11, 1), (12, 2), (15, 2), (16, 3), (17, 4), (900, 4)], Sorted(restored));
    }

    [Fact]
    public async Task Marks_count_only_what_the_window_lets_through()
    {
        const long Early = TestRecords.FirstTimestamp, Late = Early + 1_000;
        var records = new TestRecords().Add("k", "v", timestamp: Late).Add("k", "v", timestamp: Early).Add("k", "v", timestamp: Late).Add("k", "v", timestamp: Early)
            .Add("k", "v", timestamp: Early);

        var restored = await RestoreAsync(records, new RestoreSection { TimeWindowEnd = Early }, marks: [0, 1, 2, 3, 4, 5]);

        Assert.Equal([1L, 3, 4], _sink.Records.Select(record => record.Offset));
        Assert.Equal([(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 3)], Sorted(restored));
    }

    [Fact]
    public async Task Marks_count_no_markers_of_transactions()
    {
        var records = new TestRecords().Add("k", "v").Add([0, 0, 0, 1], [0, 0, 0, 0, 0, 4]).Add("k", "v");

        var restored = await RestoreAsync(records, new RestoreSection(), key: "nightly/topics/orders/partition=3/segment-00000000000000000000.bin", marks: [1, 2, 3]);

        Assert.Equal([(1, 1), (2, 1), (3, 2)], Sorted(restored));
    }

    [Fact]
    public async Task Of_a_partition_without_records_all_marks_are_at_its_beginning()
    {
        var order = new RestorePartition(new PartitionId("orders", 3), new PartitionId("restored", 3), []) { Marks = [0, 42] };

        var restored = await RestoreAsync(order, new RestoreSection(), default);

        Assert.Equal((0L, true), (restored.Records, restored.IsExact));
        Assert.Equal([(0, 0), (42, 0)], Sorted(restored));
    }

    [Fact]
    public async Task When_it_is_stopped_no_mark_is_told()
    {
        using var stop = new CancellationTokenSource();
        _sink.OnWrite = _ => stop.Cancel();

        Assert.Empty((await RestoreAsync(new TestRecords().AddMany(20), new RestoreSection(), stop.Token, marks: [0, 30])).Marked);
    }

    private void Arrived(IEnumerable<TestRecord> records)
    {
        foreach (var record in records)
        {
            _cluster.Log(Target).Append(record);
        }
    }

    private static IEnumerable<(long, long)> Sorted(PartitionRestored restored) => restored.Marked.OrderBy(mark => mark.Key).Select(mark => (mark.Key, mark.Value));

    private async Task<PartitionRestored> RestoreAsync(
        TestRecords records, RestoreSection section, CancellationToken cancellation = default, string key = "s", Func<RestorePartition, RestorePartition>? order = null,
        IReadOnlyList<long>? marks = null)
    {
        var segment = await StoredSegment.StoreAsync(_store, key, records);
        var whole = new RestorePartition(new PartitionId("orders", 3), Target, [segment]) { Marks = marks ?? [] };
        return await RestoreAsync(order?.Invoke(whole) ?? whole, section, cancellation);
    }

    private Task<PartitionRestored> RestoreAsync(RestorePartition order, RestoreSection section, CancellationToken cancellation)
    {
        var permit = new ReadingPermit(new RequestPermit(PermitUser.OfRestore("attempt"), 1, 1));
        permit.Grant();
        var feed = new PartitionFeed(order, new RecordRestorer(section, order.Rules, _progress), _store, permit, readsAhead: true);
        var pipeline = new RestorePipeline(order, feed, new RestoreTarget(_sink, _cluster.Source), new RestorePace(section, TimeProvider.System));
        _progress.Follow(order.Target, pipeline);
        return pipeline.RunAsync(cancellation);
    }

    private static string Text(TestHeader header) => $"{Encoding.UTF8.GetString(header.Name)}={Encoding.UTF8.GetString(header.Value!)}";
}
