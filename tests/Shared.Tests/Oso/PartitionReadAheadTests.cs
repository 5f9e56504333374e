using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>The segments that come next are fetched while others are read, where there is room for them.</summary>
public sealed class PartitionReadAheadTests
{
    private const int Records = 20;
    private static readonly PartitionId Partition = new("orders", 0);

    private readonly MemoryObjectStore _memory = new();
    private readonly FaultyObjectStore _store;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _asked = new();
    private readonly ConcurrentDictionary<string, StoreFault> _faults = new();

    public PartitionReadAheadTests() => _store = new FaultyObjectStore(_memory)
    {
        Decide = call =>
        {
            Asked(call.Key).TrySetResult();
            return _faults.GetValueOrDefault(call.Key);
        },
    };

    public static TheoryData<string> Samples => [.. Golden.Samples];

    [Fact]
    public async Task The_next_segment_is_asked_for_while_the_one_before_it_is_read_and_no_other()
    {
        var gate = new TaskCompletionSource();
        var segments = await StoredAsync(3);
        _faults["s1"] = StoreFault.Delay(gate);
        var records = new PartitionRecords(_store, Partition, segments) { ReadsAhead = true };
        await using var reading = records.ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await reading.MoveNextAsync());

        await Asked("s1").Task.WaitAsync(TestLimits.Hang);

        List<long> read = [reading.Current.Offset];
        while (read.Count < Records)
        {
            Assert.True(await reading.MoveNextAsync());
            read.Add(reading.Current.Offset);
        }

        Assert.Equal(["s0", "s1"], Gets);
        gate.SetResult();
        while (await reading.MoveNextAsync())
        {
            read.Add(reading.Current.Offset);
        }

        Assert.Equal(Enumerable.Range(0, 3 * Records).Select(offset => (long)offset), read);
        Assert.Equal(["s0", "s1", "s2"], Gets);
    }

    [Fact]
    public async Task Without_room_it_is_asked_for_when_the_one_before_it_is_through()
    {
        var records = new PartitionRecords(_store, Partition, await StoredAsync(2));
        await using var reading = records.ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        for (var read = 0; read < Records; read++)
        {
            Assert.True(await reading.MoveNextAsync());
            await Task.Run(() => { }); // Whatever was begun beside has had its turn.
        }

        Assert.Equal(["s0"], Gets);
        Assert.True(await reading.MoveNextAsync());
        Assert.Equal(["s0", "s1"], Gets);
    }

    [Fact]
    public async Task A_segment_that_is_missing_or_cannot_be_read_is_told_behind_all_that_comes_before_it()
    {
        var segments = await StoredAsync(2);
        _faults["s1"] = StoreFault.FailBefore(retryable: false);
        var (read, failure) = await ReadAsync(segments);
        Assert.Equal((Records, true), (read.Count, failure!.Message.StartsWith("Get of s1", StringComparison.Ordinal)));

        _faults.Clear();
        await _memory.DeleteAsync("s1", CancellationToken.None);
        (read, failure) = await ReadAsync(segments);
        Assert.Equal((Records, true), (read.Count, failure!.Message.StartsWith("s1 is missing: offsets 20 to 39 of orders:0 cannot be restored.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Whoever_leaves_early_ends_the_fetching()
    {
        _faults["s1"] = StoreFault.Delay(new TaskCompletionSource());
        await foreach (var record in new PartitionRecords(_store, Partition, await StoredAsync(2)) { ReadsAhead = true }.ReadAsync(CancellationToken.None))
        {
            await Asked("s1").Task.WaitAsync(TestLimits.Hang);
            Assert.Equal(0, record.Offset);
            break;
        }
    }

    [Fact]
    public async Task A_failure_that_nobody_waits_for_any_more_is_nobodys()
    {
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, e) => unobserved += e.Exception.ToString().Contains("Get of s1", StringComparison.Ordinal) ? 1 : 0;
        TaskScheduler.UnobservedTaskException += count;
        _faults["s1"] = StoreFault.FailBefore();
        var segments = await StoredAsync(2);

        await LeaveAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TaskScheduler.UnobservedTaskException -= count;
        Assert.Equal(0, unobserved);

        async Task LeaveAsync()
        {
            await foreach (var record in new PartitionRecords(_store, Partition, segments) { ReadsAhead = true }.ReadAsync(CancellationToken.None))
            {
                await Asked("s1").Task.WaitAsync(TestLimits.Hang);
                Assert.Equal(0, record.Offset);
                break;
            }
        }
    }

    /// <summary>The second one overlaps the third, which shows when it is there already.</summary>
    [Fact]
    public async Task What_is_other_than_told_is_put_where_it_belongs_though_it_was_fetched_before()
    {
        var segments = await StoredAsync(3);
        var longer = await StoredSegment.StoreAsync(_memory, "s1", Numbered(20, 50));

        var (read, failure) = await ReadAsync(segments);

        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, 60).Select(offset => (long)offset), read);
        Assert.Equal(49, longer.EndOffset);
        Assert.Equal(["s0", "s1", "s1", "s2"], Gets);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Of_a_backup_that_OSO_wrote_it_reads_and_tells_the_same(string sample)
    {
        foreach (var partition in Golden.Manifest(sample).Topics.SelectMany(topic => topic.Partitions))
        {
            foreach (var segment in partition.Segments.DistinctBy(segment => segment.Key))
            {
                await _memory.PutAsync(segment.Key, new ReadOnlySequence<byte>(Golden.Object(sample, segment.Key)), PutCondition.Overwrite, CancellationToken.None);
            }

            var (plain, ahead) = (new PartitionRecords(_store, Partition, partition.Segments), new PartitionRecords(_store, Partition, partition.Segments) { ReadsAhead = true });
            Assert.Equal(await AllAsync(plain), await AllAsync(ahead));
            Assert.Equal(plain.Differences, ahead.Differences);
        }

        static async Task<List<string>> AllAsync(PartitionRecords records)
        {
            var all = new List<string>();
            await foreach (var record in records.ReadAsync(CancellationToken.None))
            {
                all.Add(TestRecords.Copy(record).ToString());
            }

            return all;
        }
    }

    /// <summary>A reader keeps the cursor of the segment before while the next one is fetched.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_segment_that_is_through_is_held_by_no_cursor(bool isJson)
    {
        var (cursor, stored) = Through(isJson);

        GC.Collect();

        Assert.False(stored.IsAlive);
        GC.KeepAlive(cursor);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (SegmentRecords Cursor, WeakReference Stored) Through(bool isJson)
    {
        var stored = isJson ? """[{"offset":0,"timestamp":0}]"""u8.ToArray() : Sealed();
        var cursor = SegmentRecords.Open(stored, "s");
        Assert.True(cursor.MoveNext());
        cursor.Dispose();
        return (cursor, new WeakReference(stored));
    }

    private static byte[] Sealed()
    {
        var writer = new SegmentWriter(new SegmentSettings());
        var cursor = Numbered(0, 1).Cursor();
        Assert.True(cursor.MoveNext());
        writer.Append(cursor);
        using var stored = writer.Seal();
        return stored.Content.ToArray();
    }

    private IEnumerable<string> Gets => _store.Calls.Select(call => call.Key);

    private TaskCompletionSource Asked(string key) => _asked.GetOrAdd(key, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task<(List<long> Read, StorageException? Failure)> ReadAsync(IReadOnlyList<ManifestSegment> segments)
    {
        var read = new List<long>();
        try
        {
            await foreach (var record in new PartitionRecords(_store, Partition, segments) { ReadsAhead = true }.ReadAsync(CancellationToken.None))
            {
                read.Add(record.Offset);
            }
        }
        catch (StorageException e)
        {
            return (read, e);
        }

        return (read, null);
    }

    private static TestRecords Numbered(int first, int end)
    {
        var records = new TestRecords();
        for (var offset = first; offset < end; offset++)
        {
            records.Add("key", "value", offset: offset);
        }

        return records;
    }

    private async Task<List<ManifestSegment>> StoredAsync(int count)
    {
        var segments = new List<ManifestSegment>();
        for (var number = 0; number < count; number++)
        {
            segments.Add(await StoredSegment.StoreAsync(_memory, $"s{number}", Numbered(number * Records, (number + 1) * Records)));
        }

        return segments;
    }
}
