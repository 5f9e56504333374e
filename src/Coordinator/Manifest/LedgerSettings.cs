using Akka.Configuration;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>The timing of a ledger actor, from HOCON <c>kafka-backup.ledger</c>.</summary>
public sealed record LedgerSettings
{
    /// <summary>The shortest time between two swaps of the head: commits that arrive meanwhile share the next one. Default: 100 ms.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many commits wait at most; further ones are dropped, as workers repeat them. Default: 10,000.</summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>How long after a run the ledger stays in memory for the next one. Default: 5 minutes.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Reads the section.</summary>
    public static LedgerSettings From(Config config) => new()
    {
        CommitInterval = config.GetTimeSpan("commit-interval"),
        MaxWaiting = config.GetInt("max-waiting"),
        IdleAfter = config.GetTimeSpan("idle-after"),
    };
}
