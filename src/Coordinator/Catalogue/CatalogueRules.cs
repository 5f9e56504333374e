using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Coordinator.Catalogue;

/// <summary>How what is declared of a backup changes. Pure: what comes out is stored before anybody acts on it.</summary>
internal static class CatalogueRules
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Takes a declaration in. A run under way goes on if nothing but its schedule changed; otherwise it ends, and the next one is by the new definition.
    /// Without a schedule one run is wanted now, beside those of the schedule that there is, which stays, paused or not.</summary>
    /// <exception cref="BackupException">The schedule cannot be read.</exception>
    public static DeclaredBackup Declare(DeclaredBackup? known, DeclareBackup wanted, DateTimeOffset now, string run)
    {
        if (wanted.Schedule is null && known is { Schedule: not null, IsRemoved: false })
        {
            var kept = known with { Definition = wanted.Definition, IsContinuous = wanted.IsContinuous };
            return kept.Current is null ? Begin(kept, now, run)
                : known.Definition == wanted.Definition && !known.IsStopping ? kept : kept with { IsStopping = true, NextAt = now };
        }

        var declared = (known ?? new DeclaredBackup(wanted.Backup, wanted.Definition, wanted.IsContinuous)) with
        {
            Definition = wanted.Definition,
            IsContinuous = wanted.IsContinuous,
            Schedule = ScheduleOf(wanted),
            TimeZone = wanted.TimeZone,
            NextAt = ScheduleOf(wanted) is { } schedule ? CronSchedule.Next(schedule, wanted.TimeZone, now) : null,
            IsPaused = false,
            IsRemoved = false,
        };
        if (declared.Current is not null)
        {
            return known!.Definition == wanted.Definition && !known.IsStopping
                ? declared
                : declared with { IsStopping = true, NextAt = declared.NextAt ?? now };
        }

        return wanted.Schedule is null || declared is { IsContinuous: true, Schedule: null } ? Begin(declared, now, run) : declared;
    }

    private static string? ScheduleOf(DeclareBackup wanted) => wanted.Schedule == CatalogueProtocol.NoSchedule ? null : wanted.Schedule;

    /// <summary>Carries out an order; null: the backup is to be forgotten.</summary>
    public static DeclaredBackup? Change(DeclaredBackup known, CatalogueOrder order, DateTimeOffset now, string run) => order switch
    {
        CatalogueOrder.Start when known.RunOf(run) is not null => known, // It was asked for by this name, and the answer was lost.
        CatalogueOrder.Start => Begin(known.IsPaused ? Schedule(known with { IsPaused = false }, now) : known, now, run),
        CatalogueOrder.Resume => Schedule(known with { IsPaused = false }, now) is var resumed && resumed is { IsContinuous: true, Schedule: null }
            ? Begin(resumed, now, run)
            : resumed,
        CatalogueOrder.Pause => Stop(known with { IsPaused = true, NextAt = null }),
        CatalogueOrder.Cancel => Stop(known.IsContinuous ? known with { IsPaused = true, NextAt = null } : Schedule(known, now)),
        CatalogueOrder.Remove => known.Current is null ? null : Stop(known with { IsRemoved = true, NextAt = null }),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "There is no such order."),
    };

    /// <summary>A node refused to conduct a run: the next shard's node is asked, until all have refused, which ends the run. What is not said of the
    /// coordinator that is asked now changes nothing.</summary>
    /// <param name="known">What is declared.</param>
    /// <param name="refused">The answer, with who refused and why.</param>
    /// <param name="places">How many shards there are.</param>
    /// <param name="now">The time.</param>
    public static DeclaredBackup? Refuse(DeclaredBackup known, BackupFinished refused, int places, DateTimeOffset now)
    {
        if (known.Current is not { } current || current.Id != refused.Run.Value || current.Placement != refused.Placement || refused.Refusal is not { } refusal)
        {
            return known;
        }

        var next = current.Refuse(refusal.Node, refused.Failures);
        return next.RefusedBy.Count >= refusal.Nodes || next.Placement >= places
            ? End(known, refused with { Failures = next.Failures }, now)
            : known with { Current = next };
    }

    /// <summary>A run ended; null: the backup is to be forgotten. The end of another run than the one that is wanted changes nothing.</summary>
    public static DeclaredBackup? End(DeclaredBackup known, BackupFinished finished, DateTimeOffset now)
    {
        if (known.Current is not { } current || current.Id != finished.Run.Value)
        {
            return known;
        }

        var ended = current.End(finished, now);
        var failedRuns = finished.Failures.Count > 0 ? known.FailedRuns + 1 : 0;
        var idle = known with { Current = null, IsStopping = false, FailedRuns = failedRuns, Runs = [ended, .. known.Runs.Take(DeclaredBackup.MaxRuns - 1)] };
        if (idle.IsRemoved)
        {
            return null;
        }

        // A run without an end that ended was stopped, or could not go on: it is tried again by and by, until somebody pauses it.
        return idle is { IsContinuous: true, IsPaused: false, Schedule: null, NextAt: null } ? idle with { NextAt = now + PauseAfter(failedRuns) } : idle;
    }

    /// <summary>Begins what is due. A tick that comes while a run is under way, or that nobody was there for, is one run and no more. What is due of a
    /// backup that is paused somebody has asked for since.</summary>
    public static DeclaredBackup Tick(DeclaredBackup known, DateTimeOffset now, string run)
    {
        if (known.NextAt is not { } due || due > now)
        {
            return known;
        }

        return known.Current is null ? Begin(Schedule(known, now), now, run) : known;
    }

    private static TimeSpan PauseAfter(int failedRuns) =>
        TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, Math.Max(0, failedRuns - 1))));

    private static DeclaredBackup Schedule(DeclaredBackup known, DateTimeOffset now) =>
        known with { NextAt = known is { Schedule: { } schedule, IsPaused: false } ? CronSchedule.Next(schedule, known.TimeZone, now) : null };

    private static DeclaredBackup Begin(DeclaredBackup known, DateTimeOffset now, string run) =>
        known.Current is null ? known with { Current = new DeclaredRun(run, now), IsStopping = false } : known;

    private static DeclaredBackup Stop(DeclaredBackup known) => known with { IsStopping = known.Current is not null };
}
