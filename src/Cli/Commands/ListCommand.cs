using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup list</c>: which backups there are, or what one holds.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var path = ReadingOptions.Path();
        var backup = ReadingOptions.BackupId(isRequired: false);
        var command = new Command("list", """
            List the backups of a store, or the topics of one backup.

            Example: kafka-backup list --path /backups
            Example: kafka-backup list --path 's3://bucket/prefix?region=eu-central-1'
            """) { path, backup };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var reader = new BackupReader(store);
            if (parsed.GetValue(backup) is { } id)
            {
                Console.Out.Write(await reader.ReadAsync(id, topics: null, contents => ListText.RenderAsync(contents, cancellation), cancellation));
                return ExitCode.Ok;
            }

            var found = await reader.ListAsync(
                unreadable => Console.Error.WriteLine($"Warning: {unreadable.Message} If there is a backup, it is not in this list."), cancellation);
            Console.Out.WriteLine(found.Count == 0 ? "No backups found" : "Available backups:");
            foreach (var name in found)
            {
                Console.Out.WriteLine($"  - {name}");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
