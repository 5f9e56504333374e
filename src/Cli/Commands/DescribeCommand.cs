using System.CommandLine;
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
        var topic = new Option<string[]>("--topic") { Description = "Describe this topic alone, as if the backup held no other; may be given more than once.", HelpName = "NAME" };
        var command = new Command("describe", """
            Describe a backup: topics, partitions, offsets, segments, gaps, sizes.

            Example: kafka-backup describe --path /backups --backup-id production --format json
            Example: kafka-backup describe --path 's3://bucket/prefix?region=eu-central-1' --backup-id production
            Example: kafka-backup describe --path /backups --backup-id production --topic orders
            """) { path, backup, format, topic };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var (reader, id, topics) = (new BackupReader(store), parsed.GetRequiredValue(backup), parsed.GetValue(topic) is { Length: > 0 } given ? given.ToHashSet(StringComparer.Ordinal) : null);
            if (parsed.GetValue(format) == "text")
            {
                Console.Out.Write(await reader.ReadAsync(id, topics, contents => DescribeText.RenderAsync(contents, cancellation), cancellation));
                return ExitCode.Ok;
            }

            var isYaml = parsed.GetValue(format) == "yaml";
            await using var output = new HeldOutput();
            await reader.ReadAsync(id, topics, async contents =>
            {
                output.Clear();
                await (isYaml ? YamlText.WriteAsync(contents, output, cancellation) : ManifestWriter.WriteAsync(contents, output, cancellation));
                return true;
            }, cancellation);
            output.CopyTo(Console.Out);
            Console.Out.Write(isYaml ? "" : Environment.NewLine);
            return ExitCode.Ok;
        });
        return command;
    }
}
