using System.Buffers.Binary;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

/// <summary>What a stored record becomes is seen where it lies, byte by byte.</summary>
public sealed class RecordRestorerTests
{
    private const long Time = 1_700_000_000_000;

    private static readonly PartitionId Source = new("orders", 3);
    private static readonly TestHeader Odd = new([0xff, 0x00, 0xfe], null); // No UTF-8, as Kafka's own clients cannot write it and others can.

    [Fact]
    public void Header_names_stay_what_they_were_whatever_their_bytes()
    {
        var restored = Restore(new RestoreSection(), Stored(7, Odd, new TestHeader("", ""), Odd));

        Assert.Equal([$"{Odd}", $"{new TestHeader("", "")}", $"{Odd}"], restored.Headers.Select(header => header.ToString()));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 3)] // Its own is the last one then, and those before it are no longer a backup's.
    public void Of_what_a_backup_appends_only_what_stands_last_is_taken_off(bool isLast, int left)
    {
        TestHeader[] appended = [Number(OriginalHeaders.Offset, 7), Number(OriginalHeaders.Timestamp, Time), new(OriginalHeaders.Cluster, "production")];
        TestHeader[] headers = isLast ? [Odd, Number(OriginalHeaders.Offset, 7), .. appended] : [.. appended[..2], Odd];

        Assert.Equal(headers.Take(left).Select(header => header.ToString()), Restore(new RestoreSection(), Stored(7, headers)).Headers.Select(header => header.ToString()));
    }

    [Fact]
    public void A_tombstone_keeps_key_and_origin_and_nothing_else()
    {
        var filter = new RecordFilter(RecordFilterAction.Tombstone) { Keys = ["k"u8.ToArray()] };
        var section = new RestoreSection { IncludesOriginalOffset = true, RecordFilters = [filter] };

        var restored = Restore(section, Stored(7, Odd));

        TestHeader[] origin = [Number(OriginalHeaders.Offset, 7), Number(OriginalHeaders.Timestamp, Time), new("x-source-partition"u8.ToArray(), [3, 0, 0, 0])];
        Assert.Equal(new TestRecord(7, Time, "k"u8.ToArray(), null, origin).ToString(), restored.ToString());
    }

    [Fact]
    public void Nothing_is_allocated_for_a_record()
    {
        var filter = new RecordFilter(RecordFilterAction.Drop) { Keys = ["other"u8.ToArray()], Headers = [new("tenant", "x"u8.ToArray())] };
        var section = new RestoreSection { IncludesOriginalOffset = true, RecordFilters = [filter] };
        var restorer = new RecordRestorer(section, RecordRules.None, new RestoreProgress(new NodeProgress()));
        var record = TestRecords.Cursor([Stored(7, Odd, Number(OriginalHeaders.Offset, 7), Number(OriginalHeaders.Timestamp, Time))]);
        record.MoveNext();
        RestoreAll();

        var before = GC.GetAllocatedBytesForCurrentThread();
        RestoreAll();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void RestoreAll()
        {
            for (var number = 0; number < 1_000; number++)
            {
                Assert.NotNull(restorer.Restore(record, Source));
            }
        }
    }

    private static TestRecord Stored(long offset, params TestHeader[] headers) => new(offset, Time, "k"u8.ToArray(), "v"u8.ToArray(), headers);

    private static TestHeader Number(string name, long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return new TestHeader(System.Text.Encoding.UTF8.GetBytes(name), bytes);
    }

    private static TestRecord Restore(RestoreSection section, TestRecord stored)
    {
        var cursor = TestRecords.Cursor([stored]);
        cursor.MoveNext();
        var restored = new RecordRestorer(section, RecordRules.None, progress: null).Restore(cursor, Source)!;
        Assert.Equal(TestRecords.Copy(restored).ToString(), TestRecords.Copy(restored).ToString()); // Headers may be walked over again.
        return TestRecords.Copy(restored);
    }
}
