namespace KafkaBackup.Operator;

/// <summary>What an operator looks after.</summary>
public sealed record OperatorSettings
{
    /// <summary>The namespaces whose objects it looks after; empty: all. Default: all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];
}
