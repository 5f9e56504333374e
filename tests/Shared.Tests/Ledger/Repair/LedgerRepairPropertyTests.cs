using CsCheck;
using KafkaBackup.Shared.Ledger.Repair;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger.Repair;

/// <summary>Whatever a backup has lived through, and whatever is lost of its ledger: a repair names each committed record once that is
/// still there.</summary>
public sealed class LedgerRepairPropertyTests
{
    private const int Histories = 200;

    [Fact]
    public Task With_any_of_ledger_and_manifest_damaged_every_committed_record_is_named_once() =>
        Gen.Int.SampleAsync(seed => RepairAsync(seed, key => IsOfLedger(key) || key == "b/manifest.json"), iter: Histories);

    [Fact]
    public Task With_segments_damaged_as_well_the_others_are_named_once() =>
        Gen.Int.SampleAsync(seed => RepairAsync(seed, _ => true), iter: Histories);

    [Fact]
    public Task After_a_loss_without_a_repair_no_run_deletes_a_committed_record_and_a_later_repair_names_it() => Gen.Int.SampleAsync(async seed =>
    {
        var history = await RandomHistory.LiveAsync(seed);
        var committed = await history.RestorableAsync((await history.Samples.ReadAsync())!);
        foreach (var key in history.Samples.Keys("b/_cluster/").Append("b/manifest.json").ToList())
        {
            await history.Samples.Objects.DeleteAsync(key, CancellationToken.None);
        }

        var segments = history.Samples.Keys("b/topics/");
        for (var run = 0; run < 3; run++)
        {
            await history.RunAsync();
        }

        Assert.Empty(segments.Except(history.Samples.Keys("b/topics/")));
        await RepairAsync(history.Samples);
        Assert.Empty(committed.Except(await history.RestorableAsync((await history.Samples.ReadAsync())!)));
    }, iter: Histories);

    private static bool IsOfLedger(string key) => key.StartsWith("b/_cluster/", StringComparison.Ordinal);

    private static async Task RepairAsync(int seed, Func<string, bool> isCandidate)
    {
        var history = await RandomHistory.LiveAsync(seed);
        var before = (await history.Samples.ReadAsync())!;
        await history.DamageAsync(isCandidate, share: (seed & 3) / 3.0);
        var committed = await history.RestorableAsync(before);
        var objects = history.Samples.Keys();
        if (objects.Count == 0)
        {
            await Assert.ThrowsAsync<BackupException>(() => RepairAsync(history.Samples)); // Nothing is left, not even a name.
            return;
        }

        await RepairAsync(history.Samples);

        var after = (await history.Samples.ReadAsync())!;
        Assert.Empty(committed.Except(await history.RestorableAsync(after)));
        Assert.Empty(objects.Except(history.Samples.Keys()));
        Assert.True(after.Head.Epoch >= before.Head.Epoch);
        var second = await RepairAsync(history.Samples);
        Assert.True(second.WasSound);
        if (!second.HadManifest)
        {
            await history.Samples.Objects.DeleteAsync("b/manifest.json", CancellationToken.None); // As the message of a run says.
        }

        for (var run = 0; run < 5; run++)
        {
            await history.RunAsync();
        }

        Assert.Empty(committed.Except(await history.RestorableAsync((await history.Samples.ReadAsync())!)));
    }

    private static Task<RepairReport> RepairAsync(LedgerSamples samples) =>
        new LedgerRepair(samples.Objects, samples.Clock)
            .RunAsync(Backup, "repair", isDryRun: false, (_, _) => { }, CancellationToken.None);
}
