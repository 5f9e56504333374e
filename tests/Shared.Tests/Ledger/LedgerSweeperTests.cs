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

        await Assert.ThrowsAsync<InvalidOperationException>(() => LedgerSweeper.SweepAsync(_samples.Objects, second, CancellationToken.None));
    }

    [Fact]
    public async Task Parts_and_topics_that_the_head_no_longer_names_are_deleted()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1, maxParts: 2);
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1)], CancellationToken.None);
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 2)], CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            await writer.CommitAsync([Entry(i * 10, (i * 10) + 10)], CancellationToken.None);
        }

        await writer.CompactAsync(CancellationToken.None);

        var deleted = await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None);

        Assert.Equal(3, deleted.Count);
        Assert.Equal(writer.Ledger.Head.Parts.Select(part => part.Key).Order(StringComparer.Ordinal), _samples.Keys(BackupKeys.PartsPrefix(Backup)));
        Assert.Equal([writer.Ledger.Head.Topics!], _samples.Keys(BackupKeys.TopicsPrefix(Backup)));
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)", "t:0 [20, 30)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task Parts_of_a_younger_epoch_stay()
    {
        var writer = await _samples.InOfficeAsync("w");
        await _samples.PutAsync(BackupKeys.Part(Backup, 1, 77), default);
        await _samples.PutAsync(BackupKeys.Part(Backup, 2, 3), default);

        await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None);

        Assert.Equal([BackupKeys.Part(Backup, 2, 3)], _samples.Keys(BackupKeys.PartsPrefix(Backup)));
    }

    [Fact]
    public async Task Segments_that_may_still_be_committed_stay()
    {
        await _samples.InOfficeAsync("crashed");
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w");
        foreach (var epoch in new[] { 0, 1, 2, 3, 4 })
        {
            await PutSegmentAsync(epoch);
        }

        var deleted = await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None);

        Assert.Equal([SegmentKey(0), SegmentKey(1)], deleted);
    }

    [Fact]
    public async Task Segments_that_an_entry_names_stay()
    {
        await PutSegmentAsync(1);
        await _samples.InOfficeAsync("crashed", Entry(0, 10, SegmentKey(1)));
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w");

        Assert.Empty(await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None));
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

        Assert.Empty(await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None));
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

        Assert.Empty(await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None));
    }

    [Fact]
    public async Task What_an_unclean_end_left_behind_is_swept_two_epochs_later_and_once()
    {
        await _samples.InOfficeAsync("crashed");
        await PutSegmentAsync(1);
        var next = await _samples.InOfficeAsync("next");
        Assert.Empty(await LedgerSweeper.SweepAsync(_samples.Objects, next, CancellationToken.None));
        await next.CloseAsync(CancellationToken.None);

        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal([SegmentKey(1)], await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None));
        Assert.Null((await _samples.ReadAsync())!.Head.UncleanSince);
    }

    [Fact]
    public async Task A_predecessor_that_ended_unclean_is_remembered_for_the_sweep_after_this_one()
    {
        await _samples.InOfficeAsync("crashed");
        await _samples.InOfficeAsync("crashed too");
        var writer = await _samples.InOfficeAsync("w");

        await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None);

        Assert.Equal(2, (await _samples.ReadAsync())!.Head.UncleanSince);
    }

    private static string SegmentKey(int epoch) => BackupKeys.Segment(Backup, Partition, 0, epoch, "u", ".zst");

    private Task PutSegmentAsync(int epoch) => _samples.PutAsync(SegmentKey(epoch), default);
}
