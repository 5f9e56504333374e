using System.CommandLine;
using System.Text;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup describe</c>: what a backup holds, down to its segments.</summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        var path = ReadingOptions.Path();
        var backup = ReadingOptions.BackupId(isRequired: true);
        var format = new Option<string>("--format", "-f") { Description = "text, json or yaml.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "yaml");
        var command = new Command("describe", """
            Describe a backup: topics, partitions, offsets, segments, gaps, sizes.

            Example: kafka-backup describe --path /backups --backup-id production --format json
            Example: kafka-backup describe --path 's3://bucket/prefix?region=eu-central-1' --backup-id production
            """) { path, backup, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var reader = new BackupReader(store);
            var manifest = await reader.ReadAsync(parsed.GetRequiredValue(backup), cancellation);
            Console.Out.Write(parsed.GetValue(format) switch
            {
                "json" => Encoding.UTF8.GetString(ManifestJson.Write(manifest)) + Environment.NewLine,
                "yaml" => YamlText.Write(ManifestJson.ToElement(manifest)),
                _ => DescribeText.Render(manifest),
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
