using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A backup that was killed, and what may be lost of its ledger. Classes of tests run side by side, so these are several.</summary>
public abstract class RepairTest : BrokerTest
{
    private protected const int Records = 500;

    /// <summary>A backup whose last run was killed after it had committed all, so that no manifest tells of the newest segments.</summary>
    private protected async Task<(TestBackup Backup, PartitionId Partition, ProducedRecords Produced)> KilledAsync()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 2"] };
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(400));
        await backup.SucceedAsync();
        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(Records - 400, seed: 2)));
        backup.Config = backup.Config with
        {
            Backup = ["segment_max_records: 2", "continuous: true", "poll_interval_ms: 50", "segment_max_interval_ms: 300"],
        };
        using var run = backup.Start();
        await run.WaitUntilAsync(() => backup.SegmentFiles().Count == Records / 2);
        await UntilCommittedAsync(run, backup, partition);
        await run.KillAsync();
        backup.Config = backup.Config with { Backup = ["segment_max_records: 2"] };
        return (backup, partition, produced);
    }

    /// <summary>Waits until the ledger answers for all records; looks again with each head.</summary>
    private static async Task UntilCommittedAsync(CliRun run, TestBackup backup, PartitionId partition)
    {
        var head = backup.PathOf("_cluster/head.json");
        var seen = await File.ReadAllTextAsync(head); // Before what it leads to is read: a head that comes meanwhile would be waited for in vain.
        while (await backup.CoverageOfAsync(partition) is not [.., { Next: Records }])
        {
            await run.WaitForAsync(() => File.ReadAllText(head) != seen);
            seen = await File.ReadAllTextAsync(head);
        }
    }

    /// <summary>A run that is killed as soon as it has stored something.</summary>
    private protected static async Task KillAsync(TestBackup backup)
    {
        var before = backup.SegmentFiles().Count;
        using var run = backup.Start();
        if (await run.WaitUntilAsync(() => backup.SegmentFiles().Count > before))
        {
            await run.KillAsync();
        }
    }

    private protected static void Lose(TestBackup backup, string what)
    {
        var head = backup.PathOf("_cluster/head.json");
        switch (what)
        {
            case "all":
                Directory.Delete(backup.PathOf("_cluster"), recursive: true);
                break;
            case "head":
                File.Delete(head);
                break;
            case "head cut off":
                File.WriteAllBytes(head, File.ReadAllBytes(head)[..^100]);
                break;
            default:
                File.Delete(Directory.EnumerateFiles(backup.PathOf("_cluster/parts")).First());
                break;
        }
    }

    /// <summary>The files that the ledger names.</summary>
    private protected static async Task<List<string>> NamedAsync(TestBackup backup)
    {
        var ledger = await LedgerReader.ReadAsync(new FileSystemObjectStore(backup.Store), new BackupId(backup.Id), CancellationToken.None);
        return ledger!.Entries.Where(entry => entry.Segment is not null).Select(entry => Path.Combine(backup.Store, entry.Segment!.Key))
            .Order(StringComparer.Ordinal).ToList();
    }

    private protected static Task<CliResult> RepairAsync(TestBackup backup, params string[] options) =>
        CliRun.RunAsync(["repair", "--path", backup.Store, "--backup-id", backup.Id, .. options]);

    private protected static Task<CliResult> ValidateAsync(TestBackup backup) =>
        CliRun.RunAsync("validate", "--path", backup.Store, "--backup-id", backup.Id, "--deep");
}
