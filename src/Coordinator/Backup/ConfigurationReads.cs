using System.Collections.Immutable;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Of which topics a run has read the configuration, and what it said of those that it could not read. Immutable.</summary>
/// <remarks>A run asks once for each topic; one that goes on asks anew each hour, as nobody tells it of a change.</remarks>
internal sealed record ConfigurationReads
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Before the first discovery.</summary>
    public static ConfigurationReads None { get; } = new();

    private ImmutableHashSet<string> Topics { get; init; } = [];

    private DateTimeOffset At { get; init; }

    private string? Problem { get; init; }

    /// <summary>The topics that need not be asked for at <paramref name="now"/>.</summary>
    public IReadOnlySet<string> Fresh(DateTimeOffset now) => now - At < Interval ? Topics : [];

    /// <summary>Takes in what was found.</summary>
    /// <returns>A sentence for the operator; null when there is none that he has not read yet.</returns>
    public (ConfigurationReads Reads, string? News) Note(SourceDiscovery discovery, DateTimeOffset now)
    {
        if (discovery.Configured.Count == 0)
        {
            return (this, null);
        }

        var isNewRound = Topics.Overlaps(discovery.Configured) || Topics.IsEmpty;
        var (found, known) = (discovery.ConfigurationProblem, Problem);
        return (this with
        {
            Topics = isNewRound ? [.. discovery.Configured] : Topics.Union(discovery.Configured),
            At = isNewRound ? now : At,
            Problem = found ?? (isNewRound ? null : known),
        }, found == known ? null : found);
    }
}
