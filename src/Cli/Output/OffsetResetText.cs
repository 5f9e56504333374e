using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Output;

/// <summary>What <c>offset-reset</c> prints. Lines end in <c>\n</c>.</summary>
internal static class OffsetResetText
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which restore it is about.</summary>
    public static string Heading(RestoreReport report) => $"Restore {report.RestoreId} of backup '{report.BackupId}', which ended at {PlainText.Time(report.EndTime)}\n";

    /// <summary>A line for each place of a group.</summary>
    public static string Table(OffsetResetPlan plan)
    {
        var text = new StringBuilder(Heading(plan.Report));
        List<string[]> rows = [["Group", "Topic", "Partition", "Current", "Target", "Action"], .. Rows(plan).Select(row => (string[])
            [PlainText.Name(row.Group), row.Partition.Topic, $"{row.Partition.Number}", row.Now is { } now ? $"{now}" : "-", $"{row.Then}", row.IsChanged ? "set" : "none"])];
        var widths = PlainText.ColumnWidths(rows);
        rows.ForEach(row => text.AppendRow(row, widths));
        foreach (var group in plan.Groups.Where(group => group.Problem is not null))
        {
            text.Append($"{PlainText.Name(group.Problem!)}\n");
        }

        return text.ToString();
    }

    /// <summary>The same for programs; groups that cannot be read are left out.</summary>
    public static string Csv(OffsetResetPlan plan) => string.Concat(
        Rows(plan).Select(row => $"{Quoted(row.Group)},{row.Partition.Topic},{row.Partition.Number},{row.Now},{row.Then}\n").Prepend("group,topic,partition,current_offset,target_offset\n"));

    /// <summary>A script of Kafka's own tool.</summary>
    public static string Script(OffsetResetPlan plan)
    {
        var text = new StringBuilder($$"""
            #!/usr/bin/env bash
            # Sets consumer groups where they belong after restore {{plan.Report.RestoreId}} of backup '{{plan.Report.BackupId}}'. Stop their consumers before.
            # BOOTSTRAP_SERVERS has to name brokers; COMMAND_CONFIG may name a file with the client's settings.
            set -euo pipefail
            offsets="$(mktemp)"
            trap 'rm -f "$offsets"' EXIT
            reset() {
                kafka-consumer-groups.sh --bootstrap-server "${BOOTSTRAP_SERVERS:?}" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --group "$1" --reset-offsets --from-file "$offsets" --execute
            }

            """.ReplaceLineEndings("\n"));
        foreach (var group in plan.Groups) // Where one stands now does not matter to it.
        {
            text.Append("\ncat > \"$offsets\" <<'END'\n");
            foreach (var (partition, offset) in group.Then.OrderBy(place => place.Key))
            {
                text.Append($"{partition.Topic},{partition.Number},{offset.Offset}\n");
            }

            text.Append($"END\nreset '{group.Group.Replace("'", "'\\''", StringComparison.Ordinal)}'\n");
        }

        return text.ToString();
    }

    /// <summary>The plan, and what came of it.</summary>
    public static string Json(OffsetResetPlan plan, IReadOnlyList<GroupRollback>? results = null)
    {
        var json = new JsonObject
        {
            ["backup_id"] = plan.Report.BackupId,
            ["restore_id"] = plan.Report.RestoreId,
            ["groups"] = new JsonArray([.. plan.Groups.Select(group => new JsonObject
            {
                ["group_id"] = group.Group,
                ["error"] = results?.FirstOrDefault(result => result.Group.Group == group.Group)?.Problem ?? group.Problem,
                ["partitions"] = new JsonArray([.. RowsOf(group).Select(row => new JsonObject
                {
                    ["topic"] = row.Partition.Topic, ["partition"] = row.Partition.Number, ["current_offset"] = row.Now, ["target_offset"] = row.Then,
                })]),
            })]),
        };
        if (results is not null)
        {
            json["groups_set"] = results.Count(result => result.Problem is null);
            json["groups_failed"] = results.Count(result => result.Problem is not null);
        }

        return json.ToJsonString(Readable) + '\n';
    }

    /// <summary>What came of each group.</summary>
    public static string Result(IReadOnlyList<GroupRollback> results) => string.Concat(results.Select(result =>
        result.Problem is { } problem ? $"{PlainText.Name(problem)}\n"
        : result.Group.Changed.Count == 0 ? $"Consumer group '{PlainText.Name(result.Group.Group)}' stands where it belongs\n"
        : $"Consumer group '{PlainText.Name(result.Group.Group)}' is set in {PlainText.Count(result.Group.Changed.Count, "partition")}\n{OffsetRollbackText.WithoutMetadata(result)}"));

    private static IEnumerable<(string Group, PartitionId Partition, long? Now, long Then, bool IsChanged)> Rows(OffsetResetPlan plan) => plan.Groups.SelectMany(RowsOf);

    private static IEnumerable<(string Group, PartitionId Partition, long? Now, long Then, bool IsChanged)> RowsOf(GroupComparison group)
    {
        var changed = group.Changed.ToDictionary(place => place.Partition, place => place.Now);
        return group.Problem is not null ? [] : group.Then.OrderBy(place => place.Key)
            .Select(place => (group.Group, place.Key, changed.TryGetValue(place.Key, out var now) ? now?.Offset : place.Value.Offset, place.Value.Offset, changed.ContainsKey(place.Key)));
    }

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
