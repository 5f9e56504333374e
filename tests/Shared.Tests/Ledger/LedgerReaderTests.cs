using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class LedgerReaderTests
{
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task A_backup_without_a_head_has_no_ledger() => Assert.Null(await _samples.ReadAsync());

    [Fact]
    public async Task A_part_that_is_gone_is_named()
    {
        var writer = await WriterWithPartsAsync();
        var part = writer.Ledger.Head.Parts[0].Key;
        await _samples.Objects.DeleteAsync(part, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<StorageException>(_samples.ReadAsync);

        Assert.StartsWith($"{part} is missing, but b/_cluster/head.json in memory names it.", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public async Task A_topics_object_that_is_gone_is_named()
    {
        var writer = await _samples.LoadedAsync("w");
        await writer.RecordSourceAsync("cluster", [new TopicFacts("t", 1, "id")], CancellationToken.None);
        await _samples.Objects.DeleteAsync(writer.Ledger.Head.Topics!, CancellationToken.None);

        Assert.Equal(writer.Ledger.Head.Topics, (await Assert.ThrowsAsync<StorageException>(_samples.ReadAsync)).Key);
    }

    [Fact]
    public async Task A_part_that_is_gone_because_the_head_has_moved_on_is_no_failure()
    {
        var writer = await WriterWithPartsAsync();
        var store = new InterferingStore(_samples.Objects);
        store.BeforeGet = async key =>
        {
            if (key != BackupKeys.Head(Backup))
            {
                store.BeforeGet = _ => Task.CompletedTask;
                await writer.CommitAsync([Entry(30, 40)], CancellationToken.None);
                Assert.True(await writer.CompactAsync(CancellationToken.None));
                Assert.NotEmpty((await LedgerSweeper.SweepAsync(_samples.Objects, writer, CancellationToken.None)).Deleted);
            }
        };

        var read = await LedgerReader.ReadAsync(store, Backup, CancellationToken.None);

        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)", "t:0 [20, 30)", "t:0 [30, 40)"], Ranges(read!));
    }

    [Fact]
    public async Task A_head_whose_entries_overlap_is_damaged()
    {
        await _samples.InOfficeAsync("w", Entry(0, 10));
        var head = (await _samples.ReadAsync())!.Head;
        await _samples.PutAsync(BackupKeys.Head(Backup), HeadCodec.Write(head with { Tail = [Entry(0, 10), Entry(5, 15)] }));

        var failure = await Assert.ThrowsAsync<StorageException>(_samples.ReadAsync);

        Assert.Contains("head.json is damaged: The range [5, 15) overlaps [0, 10)", failure.Message, StringComparison.Ordinal);
    }

    private async Task<LedgerWriter> WriterWithPartsAsync()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1, maxParts: 3);
        await writer.ClaimAsync(CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            await writer.CommitAsync([Entry(i * 10, (i * 10) + 10)], CancellationToken.None);
        }

        return writer;
    }
}
