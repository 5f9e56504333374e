using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup show-offset-mapping</c>: where source offsets came to stand by a restore.</summary>
internal static class ShowOffsetMappingCommand
{
    public static Command Create()
    {
        var (path, backup, restore) = (ReadingOptions.Path(), ReadingOptions.BackupId(isRequired: true), ReadingOptions.RestoreId());
        var format = new Option<string>("--format", "-f") { Description = "text, json, yaml or csv.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "yaml", "csv");
        var command = new Command("show-offset-mapping", """
            Show which offsets of the source a restore has brought, and where they came to stand, for each partition and consumer group.
            'offset-reset plan' translates the offsets of any group of the backup.

            Example: kafka-backup show-offset-mapping --path /backups --backup-id production --format csv
            """) { path, backup, restore, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var report = await new RestoreReportStore(store).FindAsync(ReadingOptions.Id(parsed, backup), parsed.GetValue(restore), cancellation);
            var json = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("offset_mapping");
            Console.Out.Write(parsed.GetValue(format) switch
            {
                "json" => json.GetRawText() + '\n',
                "yaml" => YamlText.Write(json),
                "csv" => Csv(report.OffsetMapping),
                _ => Table(report),
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Csv(OffsetMapping mapping) => string.Concat(mapping.Entries.Values.Select(Fields)
        .Prepend(["topic", "partition", "source_first_offset", "source_last_offset", "target_first_offset", "target_last_offset", "first_timestamp", "last_timestamp"])
        .Select(fields => string.Join(',', fields) + '\n'));

    private static string[] Fields(OffsetMapping.Entry entry) =>
    [
        entry.Topic, Text(entry.Partition), Text(entry.SourceFirstOffset), Text(entry.SourceLastOffset), Text(entry.TargetFirstOffset), Text(entry.TargetLastOffset),
        Text(entry.FirstTimestamp), Text(entry.LastTimestamp),
    ];

    private static string Table(RestoreReport report)
    {
        var text = new StringBuilder(OffsetResetText.Heading(report));
        List<string[]> rows =
        [
            ["Topic", "Partition", "Source", "Target", "From", "To"],
            .. report.OffsetMapping.Entries.Values.Select(entry => (string[])
            [
                entry.Topic, Text(entry.Partition), Range(entry.SourceFirstOffset, entry.SourceLastOffset), Range(entry.TargetFirstOffset, entry.TargetLastOffset),
                entry.FirstTimestamp is { } first ? PlainText.Time(first) : "-", entry.LastTimestamp is { } last ? PlainText.Time(last) : "-",
            ]),
        ];
        var widths = PlainText.ColumnWidths(rows);
        rows.ForEach(row => text.AppendRow(row, widths));
        foreach (var group in report.OffsetMapping.ConsumerGroups.Values)
        {
            text.Append($"Consumer group '{PlainText.Name(group.GroupId)}': {string.Join(", ", group.Offsets.SelectMany(topic => topic.Value.Select(place =>
                $"{topic.Key}/{place.Key} {place.Value.SourceOffset} -> {(place.Value.TargetOffset is { } offset ? offset : "not known")}")))}\n");
        }

        return text.ToString();
    }

    private static string Range(long? first, long? last) => first is null ? "-" : $"{first} to {last}";

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
