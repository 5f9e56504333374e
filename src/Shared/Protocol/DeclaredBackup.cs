using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Protocol;

/// <summary>A backup as a cluster's catalogue holds it: what its user wants, and how the last runs ended.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Definition">The configuration as its user wrote it, variables unresolved: no secret is in it.</param>
/// <param name="IsContinuous">Whether it is to run without an end.</param>
public sealed record DeclaredBackup(BackupId Backup, string Definition, bool IsContinuous)
{
    /// <summary>How many ended runs are remembered.</summary>
    public const int MaxRuns = 20;

    /// <summary>When runs begin, as a cron expression; null when they begin on demand only.</summary>
    public string? Schedule { get; init; }

    /// <summary>The time zone of <see cref="Schedule"/>; null: UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>When the next run begins by itself; null when none does.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Whether no run is to begin.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether it is forgotten as soon as its run has ended.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>The run that is wanted now; null when there is none.</summary>
    public DeclaredRun? Current { get; init; }

    /// <summary>Whether <see cref="Current"/> is to end.</summary>
    public bool IsStopping { get; init; }

    /// <summary>Runs that failed since one did not: the pause before the next grows with them.</summary>
    public int FailedRuns { get; init; }

    /// <summary>Of each version stored another text: so that a writer knows its own from one that another has made alike.</summary>
    public string? Revision { get; init; }

    /// <summary>Ended runs, newest first.</summary>
    public IReadOnlyList<DeclaredRun> Runs { get; init; } = [];

    /// <summary>What a list shows: <c>Stopping</c>, <c>Running</c>, <c>Paused</c>, <c>Waiting</c> (for <see cref="NextAt"/>), or how the last run ended.</summary>
    [JsonIgnore]
    public string State => this switch
    {
        { IsStopping: true } => "Stopping",
        { Current: not null } => "Running",
        { IsPaused: true } => "Paused",
        { NextAt: not null } => "Waiting",
        { Runs: [var last, ..] } => last.Outcome,
        _ => "Waiting",
    };

    /// <summary>The run called <paramref name="id"/>; null when it is not known, or not any more.</summary>
    public DeclaredRun? RunOf(string id) => Current?.Id == id ? Current : Runs.FirstOrDefault(run => run.Id == id);
}
