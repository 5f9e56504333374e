using Cronos;
using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Catalogue;

/// <summary>Reads cron expressions.</summary>
internal static class CronSchedule
{
    /// <summary>When <paramref name="expression"/> is due next after <paramref name="now"/>; null when never again.</summary>
    /// <param name="expression">5 fields, or 6 with seconds in front.</param>
    /// <param name="timeZone">An IANA name; null: UTC.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="BackupException">It is no cron expression, or there is no such time zone.</exception>
    public static DateTimeOffset? Next(string expression, string? timeZone, DateTimeOffset now)
    {
        try
        {
            var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            return CronExpression.Parse(expression, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard)
                .GetNextOccurrence(now, timeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(timeZone));
        }
        catch (CronFormatException e)
        {
            throw new BackupException(FailureKind.Configuration,
                $"The schedule '{expression}' is no cron expression: {e.Message.TrimEnd('.')}. Give 5 fields (minute hour day month weekday), or 6 with seconds in front.", e);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new BackupException(FailureKind.Configuration, $"There is no time zone '{timeZone}' on this node. Give an IANA name such as Europe/Berlin.", e);
        }
    }
}
