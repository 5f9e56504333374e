namespace KafkaBackup.Shared.Operations;

/// <summary>What came of setting consumer groups.</summary>
/// <param name="Total">How many groups it is of.</param>
/// <param name="Set">How many stand where they should, or would.</param>
/// <param name="Failed">How many could not be set, or were not tried as another could not.</param>
public sealed record GroupsReport(int Total, int Set, int Failed)
{
    /// <summary>Of so many groups it is told what came of them; those that failed are the first.</summary>
    public const int MostTold = 100;

    /// <summary>The snapshot of before, or that they were set back to; null: none was kept.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Where that lies, as an operator would name it; null: nowhere.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>What came of each, some at most.</summary>
    public IReadOnlyList<GroupOutcome> Groups { get; init => field = value ?? []; } = [];

    /// <summary>Why they could not be read again, though they were to be; null: they could, or were not to be.</summary>
    public string? Unread { get; init; }

    /// <summary>How many stood there when all were read again; null: they were not.</summary>
    public int? Matched { get; init; }

    /// <summary>Those that did not, some at most.</summary>
    public IReadOnlyList<string> Mismatched { get; init => field = value ?? []; } = [];

    /// <summary>A report on <paramref name="groups"/>.</summary>
    public static GroupsReport Of(IReadOnlyCollection<GroupOutcome> groups)
    {
        var failed = groups.Count(group => group.Problem is not null);
        return new GroupsReport(groups.Count, groups.Count - failed, failed)
        {
            Groups = [.. groups.OrderBy(group => group.Problem is null).ThenBy(group => group.Group, StringComparer.Ordinal).Take(MostTold)],
        };
    }
}
