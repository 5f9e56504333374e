using KafkaBackup.Shared.Tests.Ledger;
using KafkaBackup.Shared.Validation;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Validation;

/// <summary>Backups of many objects, which are listed.</summary>
public sealed class BackupValidatorTests
{
    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task Many_objects_are_listed_and_only_those_that_are_not_found_so_are_asked_for()
    {
        const int many = 150, gone = 3, elsewhere = 4, shorter = 5;
        var entries = Enumerable.Range(0, many).Select(number => Entry(number, number + 1, number == elsewhere ? "elsewhere/s" : null)).ToArray();
        foreach (var entry in entries.Where(entry => entry.Range.Base != gone))
        {
            await _samples.PutAsync(entry.Segment!.Key, new byte[entry.Range.Base == shorter ? 19 : 20]);
        }

        await _samples.InOfficeAsync("w", entries);
        var store = new FaultyObjectStore(_samples.Objects);

        var report = await new BackupValidator(store).ValidateAsync(Backup.Value, isDeep: false, (_, _) => { }, CancellationToken.None);

        Assert.Equal(ValidationVerdict.Invalid, report.Verdict);
        var problems = string.Join("\n", report.Partitions.SelectMany(partition => partition.Problems));
        Assert.Contains("s-3 is missing", problems, StringComparison.Ordinal);
        Assert.Contains("s-5: size: the backup says 20 bytes, the object has 19.", problems, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", problems, StringComparison.Ordinal);
        Assert.Equal(
            ["b/topics/t/partition=0/s-3", "elsewhere/s"],
            store.Calls.Where(call => call.Operation == StoreOperation.Head && !call.Key.Contains("_cluster", StringComparison.Ordinal)).Select(call => call.Key).Order(StringComparer.Ordinal));
    }
}
