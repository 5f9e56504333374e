using System.Globalization;
using System.Text;

namespace KafkaBackup.Cli.Output;

/// <summary>How numbers, times and tables look on a terminal.</summary>
internal static class PlainText
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Digits in groups of three.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How many of a thing there are: <c>1 topic</c>, <c>2 topics</c>.</summary>
    public static string Count(long value, string thing) => $"{Count(value)} {thing}{(value == 1 ? "" : "s")}";

    /// <summary>A size to grasp at once, with the exact one behind it.</summary>
    public static string Size(long bytes)
    {
        var exact = $"{Count(bytes)} bytes";
        if (bytes < 1024)
        {
            return exact;
        }

        var value = bytes / 1024.0;
        var unit = 0;
        // What would round to 1024.0 is 1.0 of the next unit.
        for (; value >= 1023.95; unit++)
        {
            value /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:F1} {Units[unit]} ({exact})");
    }

    /// <summary>ISO 8601 in UTC, or the bare number when it is no time that a calendar has.</summary>
    public static string Time(long milliseconds)
    {
        if (milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return $"{milliseconds} ms";
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>A name that somebody else chose, without what a terminal would obey.</summary>
    public static string Name(string text) => string.Concat(text.Select(
        c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator ? '?' : c));

    /// <summary>Adds lines of a label and a value, the values one below the other.</summary>
    public static void AppendFields(this StringBuilder text, params ReadOnlySpan<(string Label, string Value)> fields)
    {
        var width = 0;
        foreach (var (label, _) in fields)
        {
            width = Math.Max(width, label.Length);
        }

        foreach (var (label, value) in fields)
        {
            text.Append("  ").Append(label.PadRight(width)).Append("  ").Append(value).Append('\n');
        }
    }

    /// <summary>Widths of columns that hold these rows.</summary>
    public static int[] ColumnWidths(IEnumerable<string[]> rows) =>
        rows.Aggregate(Array.Empty<int>(), (widths, row) => [.. row.Select((cell, i) => Math.Max(cell.Length, widths.ElementAtOrDefault(i)))]);

    /// <summary>Adds a row of a table whose first column is set left and whose others are set right.</summary>
    public static void AppendRow(this StringBuilder text, string[] row, int[] widths)
    {
        text.Append("  ").Append(row[0].PadRight(widths[0]));
        for (var i = 1; i < row.Length; i++)
        {
            text.Append("  ").Append(row[i].PadLeft(widths[i]));
        }

        text.Append('\n');
    }
}
