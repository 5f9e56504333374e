using KafkaBackup.Operator.Jobs;

namespace KafkaBackup.Operator;

/// <summary>What an operator looks after.</summary>
public sealed record OperatorSettings
{
    /// <summary>The namespaces whose objects it looks after; empty: all. Default: all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>How runs are made Jobs; null: there is a cluster of nodes that runs them.</summary>
    public JobSettings? Jobs { get; init; }
}
