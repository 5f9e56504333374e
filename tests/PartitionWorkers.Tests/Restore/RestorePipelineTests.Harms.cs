using System.Text;
using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing.Kafka;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

/// <content>What the topic at the target would not keep.</content>
public sealed partial class RestorePipelineTests
{
    [Theory]
    [InlineData(true, "a")]
    [InlineData(false, "a,,c,d")]
    public async Task What_the_topic_would_not_keep_is_counted_and_left_out_when_that_is_wanted(bool leavesOut, string written)
    {
        var records = new TestRecords().Add("a", "1", timestamp: 100).Add((byte[]?)null, "2"u8.ToArray()).Add("c", "3", timestamp: 50).Add("d", "4", timestamp: 600_000_000_000_000);

        var restored = await RestoreAsync(records, new RestoreSection(), order: order => order with { Rules = Rules with { LeavesOut = leavesOut } });

        Assert.Equal(new RecordHarms(1, 1, 1, 0), restored.Harms);
        Assert.Equal((!leavesOut, leavesOut ? 3 : 0), (restored.IsExact, restored.LeftOut));
        Assert.Equal(written, string.Join(',', _sink.Records.Select(record => record.Key is null ? "" : Encoding.UTF8.GetString(record.Key))));
    }

    [Theory]
    [InlineData(2)] // Before the last that is left out.
    [InlineData(3)]
    [InlineData(7)]
    public async Task What_is_left_out_is_counted_once_however_often_it_begins(int killedAt)
    {
        var records = new TestRecords();
        for (var number = 0; number < 20; number++)
        {
            records.Add("k", "v", timestamp: number % 3 == 0 ? 100 : 1);
        }

        using var stop = new CancellationTokenSource();
        _sink.OnWrite = count => _ = count == killedAt ? stop.CancelAsync() : null;
        await RestoreAsync(records, new RestoreSection(), stop.Token, order: WithRules);
        var noted = _progress.Positions[Target];
        Assert.Equal((killedAt, 2 * (killedAt - 1)), (noted.Records, noted.Harms.TooOld));
        Arrived(records.Where(record => record.Timestamp == 100).Take(killedAt));
        _sink.Records.Clear();

        var restored = await RestoreAsync(records, new RestoreSection(), order: order => WithRules(order) with { There = noted.Records, Noted = noted });

        Assert.Equal((7L, 13L), (restored.Records, restored.LeftOut));

        static RestorePartition WithRules(RestorePartition order) => order with { Rules = Rules with { LeavesOut = true } };
    }

    [Fact]
    public async Task However_many_are_left_out_what_is_acknowledged_is_not_kept()
    {
        var records = new TestRecords();
        for (var number = 0; number < 9_000; number++)
        {
            records.Add("k", "v", timestamp: number % 2 == 0 ? 100 : 1);
        }

        var restored = await RestoreAsync(records, new RestoreSection(), order: order => order with { Rules = Rules with { LeavesOut = true } });

        Assert.Equal((4_500L, 4_499L), (restored.LeftOut, _progress.Positions[Target].Harms.TooOld)); // The last one is behind all that is there.
    }

    [Fact]
    public async Task Of_a_writer_that_never_tells_how_far_it_is_nothing_is_kept()
    {
        var order = new RestorePartition(new PartitionId("orders", 3), Target, []);
        var writer = new DrySink().Open(Target);
        var harms = new HarmsSoFar(order);
        await writer.WriteAsync(new RecordCopy(0, 0, null, null), CancellationToken.None);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var offset = 0L; offset < 100_000; offset++)
        {
            harms.Pass(offset, new RecordHarms(offset, 0, 0, 0), writer);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal(new RecordHarms(7, 0, 0, 0), harms.All(new RecordHarms(7, 0, 0, 0)));
    }

    [Fact]
    public async Task Who_asks_late_is_told_to_ask_again()
    {
        var harms = new HarmsSoFar(new RestorePartition(new PartitionId("orders", 3), Target, []));
        await _sink.WriteAsync(new RecordCopy(5, 0, null, null), CancellationToken.None);
        harms.Pass(5, new RecordHarms(1, 0, 0, 0), _sink);
        harms.Pass(9, new RecordHarms(2, 0, 0, 0), _sink);

        Assert.Equal(1, harms.UpTo(new WrittenTo(1, 5))!.Value.TooOld);
        Assert.Equal(2, harms.UpTo(new WrittenTo(2, 9))!.Value.TooOld);
        Assert.Null(harms.UpTo(new WrittenTo(1, 5)));
    }

    private static RecordRules Rules => new() { KeptFrom = 60, TakenFrom = 0, TakenUntil = 500_000_000_000_000, WantsKeys = true };
}
