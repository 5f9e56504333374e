using KafkaBackup.Operator.Definitions;

namespace KafkaBackup.Operator.Jobs;

/// <summary>Turns a schedule of the catalogue into one of a CronJob, which has 5 fields.</summary>
internal static class CronJobSchedule
{
    /// <summary>The schedule.</summary>
    /// <exception cref="SpecException">It says what a CronJob cannot.</exception>
    public static string Of(string schedule)
    {
        var fields = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 5)
        {
            fields = ["0", .. fields];
        }

        if (fields.Length > 6)
        {
            throw new SpecException($"spec.schedule has the years '{fields[6]}', and runs are Jobs here, begun by a CronJob, which has none. Leave the years out.");
        }

        if (fields[0] != "0")
        {
            throw new SpecException($"spec.schedule has the seconds '{fields[0]}', and runs are Jobs here, begun by a CronJob, at full minutes. Write 0, or set continuous: true.");
        }

        if (fields[3] is not ("*" or "?") && fields[5] is not ("*" or "?"))
        {
            throw new SpecException($"spec.schedule has days of the month '{fields[3]}' and of the week '{fields[5]}', which both have to fit; a CronJob begins a run when one of them does. Give one of them.");
        }

        return string.Join(' ', fields[1..]);
    }
}
