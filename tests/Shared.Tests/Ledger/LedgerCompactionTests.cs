using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

/// <summary>Small parts of a ledger that are merged.</summary>
public sealed class LedgerCompactionTests
{
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task Compaction_keeps_all_entries_and_at_most_twenty_parts()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1);
        await writer.ClaimAsync(CancellationToken.None);

        for (var i = 0; i < 60; i++)
        {
            await writer.CommitAsync([Entry(i, i + 1, partition: new PartitionId("t", i % 3))], CancellationToken.None);
            await writer.CompactAsync(CancellationToken.None);
            Assert.InRange(writer.Ledger.Head.Parts.Count, 1, 20);
        }

        var read = (await _samples.ReadAsync())!;
        Assert.Equal((await writer.ReadWholeAsync(CancellationToken.None)).Entries, read.Entries);
        Assert.Equal((60, 60), (read.Entries.Count(), read.Head.EntryCount));
    }

    [Fact]
    public async Task Few_parts_are_left_alone()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10));
        var before = await _samples.BytesAsync(BackupKeys.Head(Backup));

        Assert.False(await writer.CompactAsync(CancellationToken.None));
        Assert.Equal(before, await _samples.BytesAsync(BackupKeys.Head(Backup)));
    }

    [Fact]
    public async Task Many_parts_are_left_to_a_writer_in_office()
    {
        var first = await _samples.LoadedAsync("first", maxTailBytes: 1);
        await first.ClaimAsync(CancellationToken.None);
        for (var i = 0; i < 21; i++)
        {
            await first.CommitAsync([Entry(i, i + 1)], CancellationToken.None);
        }

        Assert.True(first.NeedsCompaction);
        var second = await _samples.LoadedAsync("second");
        Assert.False(second.NeedsCompaction);
        Assert.False(await second.CompactAsync(CancellationToken.None));

        await second.ClaimAsync(CancellationToken.None);
        Assert.True(await second.CompactAsync(CancellationToken.None));
    }
}
