using System.Globalization;
using Cronos;

namespace KafkaBackup.Shared;

/// <summary>Reads cron expressions.</summary>
public static class CronSchedule
{
    private const int LastYear = 2100;

    /// <summary>When <paramref name="expression"/> is due next after <paramref name="now"/>; null when never again.</summary>
    /// <param name="expression">5 fields, 6 with seconds in front, or 7 with a year behind: a number, a range, a step, or a list of them.</param>
    /// <param name="timeZone">An IANA name; null: UTC.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="BackupException">It is no cron expression, or there is no such time zone.</exception>
    public static DateTimeOffset? Next(string expression, string? timeZone, DateTimeOffset now)
    {
        try
        {
            var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var zone = timeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(timeZone);
            return fields.Length == 7
                ? NextOf(CronExpression.Parse(string.Join(' ', fields[..6]), CronFormat.IncludeSeconds), YearsOf(fields[6]), zone, now)
                : CronExpression.Parse(expression, fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard).GetNextOccurrence(now, zone);
        }
        catch (CronFormatException e)
        {
            throw new BackupException(FailureKind.Configuration,
                $"The schedule '{expression}' is no cron expression: {e.Message.TrimEnd('.')}. Give 5 fields (minute hour day month weekday), 6 with seconds in front, or 7 with a year behind.", e);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new BackupException(FailureKind.Configuration, $"There is no time zone '{timeZone}' on this node. Give an IANA name such as Europe/Berlin.", e);
        }
    }

    private static DateTimeOffset? NextOf(CronExpression expression, IReadOnlySet<int> years, TimeZoneInfo zone, DateTimeOffset now)
    {
        for (var from = now; expression.GetNextOccurrence(from, zone) is { } next;)
        {
            if (years.Contains(next.Year))
            {
                return next;
            }

            var later = years.Where(year => year > next.Year).ToList();
            if (later.Count == 0)
            {
                return null;
            }

            var newYear = new DateTime(later.Min(), 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
            from = new DateTimeOffset(newYear, zone.GetUtcOffset(newYear)).AddTicks(-1);
        }

        return null;
    }

    private static HashSet<int> YearsOf(string field)
    {
        var years = new HashSet<int>();
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') is [var whole, var by] ? (whole, NumberOf(by, field)) : (part, 1);
            var (first, last) = range is "*" ? (1970, LastYear)
                : range.Split('-') is [var low, var high] ? (NumberOf(low, field), NumberOf(high, field))
                : (NumberOf(range, field), part.Contains('/', StringComparison.Ordinal) ? LastYear : NumberOf(range, field));
            if (step < 1 || first < 1970 || last > LastYear || first > last)
            {
                throw Wrong(field);
            }

            for (var year = first; year <= last; year += step)
            {
                years.Add(year);
            }
        }

        return years;
    }

    private static int NumberOf(string text, string field) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(field);

    private static CronFormatException Wrong(string field) => new($"'{field}' is no year from 1970 to {LastYear}");
}
