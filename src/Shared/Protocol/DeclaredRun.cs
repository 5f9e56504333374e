using System.Text.Json.Serialization;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>One run of a declared backup, under the name by which the cluster wants it.</summary>
/// <param name="Id">The run.</param>
/// <param name="StartedAt">When it was wanted.</param>
public sealed record DeclaredRun(string Id, DateTimeOffset StartedAt)
{
    /// <summary>How many failures are remembered, and how much of each: a declared backup with all its runs fits into a frame.</summary>
    private const int MaxFailures = 5;

    private const int MaxSentence = 500;

    /// <summary>When it ended; null while it is under way.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Records committed.</summary>
    public long Records { get; init; }

    /// <summary>Topics that matched.</summary>
    public int Topics { get; init; }

    /// <summary>Gaps recorded.</summary>
    public int Gaps { get; init; }

    /// <summary>Partitions that could not be backed up.</summary>
    public int FailedPartitions { get; init; }

    /// <summary>Whether it was told to stop before it was through.</summary>
    public bool WasStopped { get; init; }

    /// <summary>How many shards on from the backup's own the run is conducted, as nodes refused it. At least 0.</summary>
    public int Placement { get; init; }

    /// <summary>The nodes that refused to conduct it, by their addresses. Absent in what earlier versions stored and send.</summary>
    public IReadOnlyList<string> RefusedBy { get => field ?? []; init; } = [];

    /// <summary>What went wrong, the gravest first. While the run is under way: why nodes refused it.</summary>
    public IReadOnlyList<Fault> Failures { get; init; } = [];

    /// <summary><c>Running</c>, <c>Completed</c>, <c>Stopped</c>, <c>Incomplete</c> (what could be is safe) or <c>Failed</c>.</summary>
    [JsonIgnore]
    public string Outcome => this switch
    {
        { EndedAt: null } => "Running",
        { WasStopped: true } => "Stopped",
        { FailedPartitions: > 0 } or { Gaps: > 0 } => "Incomplete",
        { Failures.Count: > 0 } => "Failed",
        _ => "Completed",
    };

    /// <summary>The run as it ended.</summary>
    public DeclaredRun End(BackupFinished finished, DateTimeOffset now) => this with
    {
        EndedAt = now,
        Records = finished.Records,
        Topics = finished.Topics,
        Gaps = finished.Gaps,
        FailedPartitions = finished.FailedPartitions,
        WasStopped = finished.WasStopped,
        Failures = Shorten(finished.Failures),
    };

    /// <summary>The run after a node refused it, to be conducted elsewhere.</summary>
    /// <param name="node">The node, by its address.</param>
    /// <param name="why">Its reasons.</param>
    public DeclaredRun Refuse(string node, IReadOnlyList<Fault> why) => RefusedBy.Contains(node)
        ? this with { Placement = Placement + 1 }
        : this with { Placement = Placement + 1, RefusedBy = [.. RefusedBy, node], Failures = Shorten([.. Failures, .. why]) };

    private static List<Fault> Shorten(IReadOnlyList<Fault> failures) => [.. failures.Take(MaxFailures).Select(failure => failure.Message.Length <= MaxSentence
        ? failure
        : failure with { Message = failure.Message[..MaxSentence] + "…" })];

    /// <summary>The run's end as its coordinator told it.</summary>
    public BackupFinished ToFinished(BackupId backup) => new(backup, new RunId(Id))
    {
        Records = Records,
        Topics = Topics,
        Gaps = Gaps,
        FailedPartitions = FailedPartitions,
        WasStopped = WasStopped,
        Failures = Failures,
    };
}
