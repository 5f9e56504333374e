using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class LedgerSweeperTests
{
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task Only_the_writer_in_office_sweeps()
    {
        await _samples.InOfficeAsync("first", Entry(0, 10));
        var second = await _samples.LoadedAsync("second");

        await Assert.ThrowsAsync<InvalidOperationException>(() => SweepAsync(second));
    }

    [Fact]
    public async Task Parts_topics_and_coverage_that_the_head_no_longer_names_are_deleted()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1, maxParts: 2);
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1)], CancellationToken.None);
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 2)], CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            await writer.CommitAsync([Entry(i * 10, (i * 10) + 10)], CancellationToken.None);
        }

        await writer.CompactAsync(CancellationToken.None);
        await writer.CommitAsync([Entry(30, 40)], CancellationToken.None);
        await writer.CommitAsync([Entry(40, 50)], CancellationToken.None);
        await writer.CompactAsync(CancellationToken.None);

        var deleted = (await SweepAsync(writer)).Deleted;

        Assert.Equal(5 + 1 + 1, deleted.Count); // Five parts of commits, topics, coverage.
        Assert.Equal([writer.Ledger.Head.Coverage!.Key], _samples.Keys(BackupKeys.CoveragePrefix(Backup)));
        Assert.Equal(writer.Ledger.Head.Parts.Select(part => part.Key).Order(StringComparer.Ordinal), _samples.Keys(BackupKeys.PartsPrefix(Backup)));
        Assert.Equal([writer.Ledger.Head.Topics!], _samples.Keys(BackupKeys.TopicsPrefix(Backup)));
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)", "t:0 [20, 30)", "t:0 [30, 40)", "t:0 [40, 50)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task Parts_of_a_younger_epoch_stay()
    {
        var writer = await _samples.InOfficeAsync("w");
        await _samples.PutAsync(BackupKeys.Part(Backup, 1, 77), default);
        await _samples.PutAsync(BackupKeys.Part(Backup, 2, 3), default);

        await SweepAsync(writer);

        Assert.Equal([BackupKeys.Part(Backup, 2, 3)], _samples.Keys(BackupKeys.PartsPrefix(Backup)));
    }

    [Fact]
    public async Task Segments_that_may_still_be_committed_stay()
    {
        await _samples.InOfficeAsync("crashed");
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10));
        foreach (var epoch in new[] { 0, 1, 2, 3, 4 })
        {
            await PutSegmentAsync(epoch);
        }

        var deleted = (await SweepAsync(writer)).Deleted;

        Assert.Equal([SegmentKey(0), SegmentKey(1)], deleted);
    }

    [Fact]
    public async Task Segments_that_an_entry_names_stay()
    {
        await PutSegmentAsync(1);
        await _samples.InOfficeAsync("crashed", Entry(0, 10, SegmentKey(1)));
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w");

        Assert.Empty((await SweepAsync(writer)).Deleted);
    }

    [Theory]
    [InlineData("segment-00000000000000000000.bin")]
    [InlineData("segment-00000000000000000000.bin.zst")]
    [InlineData("0-notes.txt")]
    [InlineData("0000000000-00000000000000000000.jsonl.zst")]
    [InlineData("segment-0-0-mine")]
    [InlineData("segment-copy-0-mine.bin")]
    [InlineData("readme")]
    public async Task Objects_of_other_programs_stay(string name)
    {
        await _samples.InOfficeAsync("crashed");
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w");
        await _samples.PutAsync($"b/topics/t/partition=0/{name}", default);
        await _samples.PutAsync("b/_cluster/parts/readme", default);
        await _samples.PutAsync("c/topics/t/partition=0/segment-00000000000000000000-0-u.bin", default);

        Assert.Empty((await SweepAsync(writer)).Deleted);
    }

    [Fact]
    public async Task Segments_are_not_looked_at_after_runs_that_ended_clean()
    {
        for (var run = 0; run < 3; run++)
        {
            await (await _samples.InOfficeAsync($"clean {run}")).CloseAsync(CancellationToken.None);
        }

        var writer = await _samples.InOfficeAsync("w");
        await PutSegmentAsync(0);

        Assert.Empty((await SweepAsync(writer)).Deleted);
    }

    [Fact]
    public async Task What_an_unclean_end_left_behind_is_swept_two_epochs_later_and_once()
    {
        await _samples.InOfficeAsync("crashed");
        await PutSegmentAsync(1);
        var next = await _samples.InOfficeAsync("next");
        Assert.Empty((await SweepAsync(next)).Deleted);
        await next.CommitAsync([Entry(0, 10)], CancellationToken.None);
        await next.CloseAsync(CancellationToken.None);

        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal([SegmentKey(1)], (await SweepAsync(writer)).Deleted);
        Assert.Null((await _samples.ReadAsync())!.Head.UncleanSince);
    }

    [Fact]
    public async Task A_predecessor_that_ended_unclean_is_remembered_for_the_sweep_after_this_one()
    {
        await _samples.InOfficeAsync("crashed");
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w");

        await SweepAsync(writer);

        Assert.Equal(2, (await _samples.ReadAsync())!.Head.UncleanSince);
    }

    [Theory]
    [InlineData(0, 10, true)]
    [InlineData(0, 11, false)]
    [InlineData(5, 8, true)]
    [InlineData(9, 11, false)]
    [InlineData(20, 25, false)]
    public async Task An_orphan_goes_only_when_named_segments_answer_for_all_its_offsets(long start, long next, bool isSwept)
    {
        await _samples.InOfficeAsync("crashed");
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w", Entry(0, 5), Entry(5, 10), Gap(10, 30));
        var orphan = await _samples.PutSegmentAsync(1, Enumerable.Range((int)start, (int)(next - start)).Select(offset => (long)offset));

        var swept = await SweepAsync(writer);

        Assert.Equal(isSwept ? [orphan] : [], swept.Deleted);
        Assert.Equal(isSwept ? [] : [orphan], swept.Kept);
    }

    [Fact]
    public async Task An_orphan_with_records_of_its_own_is_told_by_each_further_sweep()
    {
        await _samples.InOfficeAsync("crashed");
        var orphan = await _samples.PutSegmentAsync(1, [7]);
        await (await _samples.InOfficeAsync("next")).CloseAsync(CancellationToken.None);
        for (var run = 0; run < 3; run++)
        {
            var writer = await _samples.InOfficeAsync($"w{run}");

            Assert.Equal([orphan], (await SweepAsync(writer)).Kept);
            await writer.CloseAsync(CancellationToken.None);
        }

        var last = await _samples.InOfficeAsync("last");
        Assert.Equal([orphan], (await SweepAsync(last, isOrdered: true)).Deleted);
        Assert.Null((await _samples.ReadAsync())!.Head.UncleanSince);
    }

    [Fact]
    public async Task After_the_ledger_was_lost_nothing_older_goes_though_others_answer_for_it()
    {
        var old = await _samples.PutSegmentAsync(4, [0, 1]);
        await _samples.PutAsync(BackupKeys.Part(Backup, 3, 8), default);
        await _samples.InOfficeAsync("first after the loss", Entry(0, 10));
        await _samples.InOfficeAsync("crashed");
        var writer = await _samples.InOfficeAsync("w");

        var swept = await SweepAsync(writer);

        Assert.Empty(swept.Deleted);
        Assert.Equal([BackupKeys.Part(Backup, 3, 8), old], swept.Kept);
        Assert.Equal(4, (await _samples.ReadAsync())!.Head.UnsweptThrough);
    }

    [Fact]
    public async Task When_all_that_was_there_before_the_loss_is_named_again_nothing_is_held()
    {
        var old = await _samples.PutSegmentAsync(4, [0, 1]);
        var writer = await _samples.InOfficeAsync("w", Entry(0, 2, old));

        Assert.Empty((await SweepAsync(writer)).Kept);

        Assert.Null((await _samples.ReadAsync())!.Head.UnsweptThrough);
    }

    [Fact]
    public async Task An_order_deletes_in_the_first_run_after_a_loss_what_nothing_names()
    {
        var old = await _samples.PutSegmentAsync(4, [0, 1]);
        var named = await _samples.PutSegmentAsync(4, [2, 3]);
        var writer = await _samples.InOfficeAsync("w", Entry(2, 4, named));

        var swept = await SweepAsync(writer, isOrdered: true);

        Assert.Equal([old], swept.Deleted);
        Assert.Empty(swept.Kept);
        Assert.Null((await _samples.ReadAsync())!.Head.UnsweptThrough);
    }

    private Task<SweepResult> SweepAsync(LedgerWriter writer, bool isOrdered = false) =>
        LedgerSweeper.SweepAsync(_samples.Objects, writer, isOrdered, CancellationToken.None);

    private static string SegmentKey(int epoch) => BackupKeys.Segment(Backup, Partition, 0, epoch, "u", ".zst");

    private Task PutSegmentAsync(int epoch) => _samples.PutAsync(SegmentKey(epoch), default);
}
