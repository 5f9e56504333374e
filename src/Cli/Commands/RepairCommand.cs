using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger.Repair;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup repair</c>: rebuilds a lost or damaged ledger from what the store still has.</summary>
internal static class RepairCommand
{
    public static Command Create()
    {
        var path = ReadingOptions.Path();
        var backup = ReadingOptions.BackupId(isRequired: true);
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and write nothing." };
        var command = new Command("repair", """
            Rebuild a lost or damaged ledger (_cluster/) from what is left of it, the manifest, and the segments themselves.
            It deletes nothing, and changes nothing where the ledger is sound. Let no run work on the backup meanwhile.
            Exit code 0 when the ledger is sound now, 3 when segments are missing or damaged.

            Example: kafka-backup repair --path /backups --backup-id production --dry-run
            """) { path, backup, dryRun };
        command.SetAction(async (parsed, cancellation) =>
        {
            var id = parsed.GetRequiredValue(backup);
            if (BackupId.Problem(id) is { } problem)
            {
                throw new BackupException(FailureKind.Configuration, $"--backup-id: {problem}.");
            }

            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var repair = new LedgerRepair(store, TimeProvider.System);
            var isDryRun = parsed.GetValue(dryRun);
            var writer = $"repair/{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
            var report = await ProgressBar.ShowAsync("segments", progress =>
                repair.RunAsync(new BackupId(id), writer, isDryRun, progress, cancellation));
            Console.Out.Write(RepairText.Render(report));
            return report is { WasSound: false, HasLosses: true } ? ExitCode.Incomplete : ExitCode.Ok;
        });
        return command;
    }
}
