using System.Text;
using Confluent.Kafka;
using KafkaBackup.Cli.Output;

namespace KafkaBackup.Cli.Demo;

/// <summary>What the shop's topics hold at one moment, and what its consumer groups read next.</summary>
/// <param name="Records">The records of each partition, in their order.</param>
/// <param name="Next">What each group reads next of a partition; null where it has read all.</param>
internal sealed record ShopContents(
    IReadOnlyDictionary<TopicPartition, IReadOnlyList<ShopRecord>> Records,
    IReadOnlyDictionary<(string Group, TopicPartition Partition), ShopRecord?> Next)
{
    /// <summary>Compares what was there with what is there now; offsets do not count.</summary>
    /// <param name="now">What is there now.</param>
    /// <returns>Whether all is the same, and a table with a line for each partition and for each group in it.</returns>
    public (bool IsSame, string Table) CompareWith(ShopContents now)
    {
        var partitions = Records.OrderBy(partition => Name(partition.Key), StringComparer.Ordinal).Select(partition =>
        {
            var (before, after) = (partition.Value, now.Records.GetValueOrDefault(partition.Key, []));
            return new Line([Name(partition.Key), PlainText.Count(before.Count), PlainText.Count(after.Count)], before.Select(Content).SequenceEqual(after.Select(Content)));
        }).ToList();
        var groups = Next.OrderBy(next => (next.Key.Group, Name(next.Key.Partition))).Select(next =>
        {
            var isSet = now.Next.TryGetValue(next.Key, out var after);
            return new Line(
                [$"{next.Key.Group}, {Name(next.Key.Partition)}", Describe(next.Value), isSet ? Describe(after) : "not set"], isSet && Content(next.Value) == Content(after));
        }).ToList();
        var text = new StringBuilder();
        Append(text, ["partition", "records before", "records now", "same"], partitions);
        Append(text, ["group", "reads next before", "reads next now", "same"], groups);
        return (partitions.Concat(groups).All(line => line.IsSame), text.ToString());
    }

    private static void Append(StringBuilder text, string[] heading, IEnumerable<Line> lines)
    {
        var rows = lines.Select(line => (string[])[.. line.Cells, line.IsSame ? "yes" : "NO"]).Prepend(heading).ToList();
        var widths = PlainText.ColumnWidths(rows);
        rows.ForEach(row => text.AppendRow(row, widths));
    }

    private static string? Content(ShopRecord? record) => record?.Content;

    private static string Describe(ShopRecord? record) => record is null ? "the end" : $"{record.Key} at {record.Offset}";

    private static string Name(TopicPartition partition) => $"{partition.Topic}:{partition.Partition.Value}";

    private sealed record Line(string[] Cells, bool IsSame);
}
