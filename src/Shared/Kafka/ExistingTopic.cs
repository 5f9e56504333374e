namespace KafkaBackup.Shared.Kafka;

/// <summary>A topic that is there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Settings">What holds for it, by name, whoever set it; empty when the user may not see it.</param>
/// <param name="Own">Those of its settings that were set for itself.</param>
public sealed record ExistingTopic(string Name, int Partitions, IReadOnlyDictionary<string, string> Settings, IReadOnlySet<string> Own)
{
    /// <summary>What would hold for it if it had no settings of its own, as far as the target tells.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();

    /// <summary>What the user may do with it, as Kafka calls it (<c>Write</c>, <c>AlterConfigs</c>); null when the target does not tell.</summary>
    public IReadOnlySet<string>? Rights { get; init; }

    /// <summary>Whether all replicas of all partitions are in sync: what a leader has appended is then seen by consumers at once.</summary>
    public bool IsInSync { get; init; } = true;
}
