using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger.Repair;

/// <summary>A writer that takes over sees from names whether its head is the newest there was.</summary>
public sealed class LostHistoryTests
{
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task A_backup_without_any_names_begins_with_epoch_1()
    {
        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal((1, null), (writer.Ledger.Head.Epoch, writer.Ledger.Head.UnsweptThrough));
    }

    [Fact]
    public async Task A_backup_of_another_program_begins_with_epoch_1()
    {
        await _samples.PutAsync("b/topics/t/partition=0/segment-00000000000000000000.bin.zst", default);
        await _samples.PutAsync("b/topics/t/partition=0/segment-00000000000000000000-99999999999-of-nobody.bin", default);

        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal((1, null), (writer.Ledger.Head.Epoch, writer.Ledger.Head.UnsweptThrough));
    }

    [Theory]
    [InlineData("b/topics/t/partition=0/segment-00000000000000000007-5-u.bin", 5)]
    [InlineData("b/_cluster/parts/0000000004-00000000000000000009.jsonl.zst", 4)]
    [InlineData("b/_cluster/topics/0000000003-00000000000000000009.json", 3)]
    public async Task Without_a_head_the_first_epoch_is_above_that_of_every_name_and_all_older_is_held(string name, long epoch)
    {
        await _samples.PutAsync(name, default);
        await _samples.PutAsync("b/topics/t/partition=0/segment-00000000000000000000-1-u.bin", default);

        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal((epoch + 2, epoch), (writer.Ledger.Head.Epoch, writer.Ledger.Head.UnsweptThrough));
    }

    [Fact]
    public async Task An_older_head_that_was_put_back_is_seen_by_a_newer_part()
    {
        var head = await PutBackOlderHeadAsync();
        await _samples.PutAsync(BackupKeys.Part(Backup, 7, 3), default);
        await _samples.PutSegmentAsync(8, [0]);

        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal(1, head.Epoch);
        Assert.Equal((10, 8), (writer.Ledger.Head.Epoch, writer.Ledger.Head.UnsweptThrough));
    }

    [Fact]
    public async Task An_older_head_of_the_same_epoch_is_seen_by_a_part_of_a_much_later_swap()
    {
        var head = await PutBackOlderHeadAsync();
        await _samples.PutAsync(BackupKeys.Part(Backup, head.Epoch, head.Seq + 1_001), default);

        Assert.Equal(head.Epoch, (await _samples.InOfficeAsync("w")).Ledger.Head.UnsweptThrough);
    }

    [Fact]
    public async Task Parts_that_a_crash_left_before_their_swap_are_no_sign_of_a_loss()
    {
        var head = await PutBackOlderHeadAsync();
        await _samples.PutAsync(BackupKeys.Part(Backup, head.Epoch, head.Seq + 1), default);
        await _samples.PutAsync(BackupKeys.Part(Backup, head.Epoch, head.Seq + 1_000), default);

        var writer = await _samples.InOfficeAsync("w");

        Assert.Equal((head.Epoch + 1, null), (writer.Ledger.Head.Epoch, writer.Ledger.Head.UnsweptThrough));
    }

    private async Task<Head> PutBackOlderHeadAsync() => (await _samples.InOfficeAsync("before", Entry(0, 10))).Ledger.Head;
}
