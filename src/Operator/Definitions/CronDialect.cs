using System.Globalization;

namespace KafkaBackup.Operator.Definitions;

/// <summary>Turns a <c>schedule</c> into a cron expression of the cluster's catalogue.</summary>
/// <remarks>5 fields are crontab's. 6 and 7 are those of OSO's operator (Rust's crate <c>cron</c>): seconds in front, a year behind, days of the week from
/// 1, which is Sunday. They become names, so that nobody counts them differently.</remarks>
internal static class CronDialect
{
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    private static readonly string[] LongDays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

    private static readonly string[] LongMonths =
        ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"];

    /// <summary>The expression as the catalogue reads it: 5 fields, 6 with seconds, or 7 with a year.</summary>
    /// <exception cref="SpecException">It is none.</exception>
    public static string Read(string schedule)
    {
        var fields = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return fields switch
        {
            ["@hourly"] => "0 * * * *",
            ["@daily"] => "0 0 * * *",
            ["@weekly"] => "0 0 * * SUN",
            ["@monthly"] => "0 0 1 * *",
            ["@yearly"] => "0 0 1 1 *",
            [_, _, _, _, _] => string.Join(' ', fields),
            [_, _, _, _, var month, var day] => string.Join(' ', [.. fields[..4], OfMonth(month), OfDay(day)]),
            [_, _, _, _, var month, var day, var year] => string.Join(' ', [.. fields[..4], OfMonth(month), OfDay(day), .. year == "*" ? (string[])[] : [year]]),
            _ => throw new SpecException($"spec.schedule '{schedule}' has {fields.Length} fields. Give 5 (minute hour day month weekday), 6 with seconds in front, "
                + "7 with a year behind, or @hourly, @daily, @weekly, @monthly or @yearly."),
        };
    }

    private static string OfDay(string field) => Named(field, "day of the week", 1, 7, Days, LongDays, Days);

    private static string OfMonth(string field) => Named(field, "month", 1, 12, Months, LongMonths, [.. Enumerable.Range(1, 12).Select(number => number.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>The values of a field, each by its own name.</summary>
    private static string Named(string field, string what, int first, int last, string[] shortNames, string[] longNames, string[] written)
    {
        if (field is "*" or "?")
        {
            return "*";
        }

        var values = new SortedSet<int>();
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') is [var one, var by] ? (one, NumberOf(by, what, field)) : (part, 1);
            var (from, to) = range switch
            {
                "*" => (first, last),
                _ when range.Split('-') is [var low, var high] => (ValueOf(low), ValueOf(high)),
                _ => part.Contains('/', StringComparison.Ordinal) ? (ValueOf(range), last) : (ValueOf(range), ValueOf(range)),
            };
            if (step < 1 || step > last || from > to)
            {
                throw Wrong(field, what);
            }

            for (var value = from; value <= to; value += step)
            {
                values.Add(value);
            }
        }

        return values.Count == last - first + 1 ? "*" : string.Join(',', values.Select(value => written[value - first]));

        int ValueOf(string text)
        {
            var name = text.ToUpperInvariant();
            var at = Array.FindIndex(longNames, known => name.Length >= 3 && known.StartsWith(name, StringComparison.Ordinal));
            at = at >= 0 ? at : Array.IndexOf(shortNames, name);
            var value = at >= 0 ? at + first : NumberOf(text, what, field);
            return value >= first && value <= last ? value : throw Wrong(field, what);
        }
    }

    private static int NumberOf(string text, string what, string field) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(field, what);

    private static SpecException Wrong(string field, string what) => new(
        $"spec.schedule: '{field}' is no {what}. With 6 or 7 fields it is a number, {(what == "month" ? "1 to 12" : "1 (Sunday) to 7 (Saturday)")}, a name, a range a-b, a step /n, or a list of them.");
}
