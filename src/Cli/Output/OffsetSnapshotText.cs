using System.Text;
using KafkaBackup.Shared.OffsetSnapshots;

namespace KafkaBackup.Cli.Output;

/// <summary>What <c>offset-rollback</c> prints of snapshots. Lines end in <c>\n</c>.</summary>
internal static class OffsetSnapshotText
{
    /// <summary>A snapshot that has just been stored. Scripts for OSO's tool look for the first line.</summary>
    public static string Stored(OffsetSnapshotMetadata snapshot, string store)
    {
        var text = new StringBuilder($"Snapshot ID: {snapshot.SnapshotId}\n");
        text.AppendFields(
            ("stored in", store), ("groups", PlainText.Count(snapshot.GroupCount)), ("offsets", PlainText.Count(snapshot.OffsetCount)));
        return text.ToString();
    }

    /// <summary>The snapshots of a store.</summary>
    public static string Listing(IReadOnlyList<OffsetSnapshotMetadata> snapshots)
    {
        if (snapshots.Count == 0)
        {
            return "No offset snapshots found\n";
        }

        var rows = snapshots.Select(snapshot => new[]
        {
            PlainText.Name(snapshot.SnapshotId), Time(snapshot.CreatedAt), PlainText.Count(snapshot.GroupCount), PlainText.Count(snapshot.OffsetCount),
        }).Prepend(["snapshot", "taken", "groups", "offsets"]).ToList();
        var (text, widths) = (new StringBuilder(), PlainText.ColumnWidths(rows));
        foreach (var (row, description) in rows.Zip(snapshots.Select(snapshot => snapshot.Description).Prepend("description")))
        {
            text.AppendRow(row, widths);
            text.Insert(text.Length - 1, description is null ? "" : $"  {PlainText.Name(description)}");
        }

        return text.ToString();
    }

    /// <summary>All that a snapshot holds.</summary>
    public static string Whole(OffsetSnapshot snapshot)
    {
        var text = new StringBuilder($"Offset snapshot {PlainText.Name(snapshot.SnapshotId)}\n");
        text.AppendFields(
            ("taken", Time(snapshot.CreatedAt)),
            ("description", PlainText.Name(snapshot.Description ?? "none")),
            ("cluster", $"{PlainText.Name(snapshot.ClusterId ?? "not recorded")} at {PlainText.Name(string.Join(", ", snapshot.BootstrapServers))}"));
        foreach (var (id, group) in snapshot.GroupOffsets)
        {
            var places = group.Places().OrderBy(place => place.Key).ToList();
            text.Append($"\nConsumer group '{PlainText.Name(id)}'{(places.Count == 0 ? " has committed nothing" : "")}\n");
            places.ForEach(place => text.Append($"  {PlainText.Name(place.Key.Topic)}:{place.Key.Number}  {place.Value.Offset}{(place.Value.Metadata is { Length: > 0 } metadata ? $"  {PlainText.Name(metadata)}" : "")}\n"));
        }

        return text.ToString();
    }

    private static string Time(DateTimeOffset time) => PlainText.Time(time.ToUnixTimeMilliseconds());
}
