namespace KafkaBackup.Operator.Resources;

/// <summary>One thing that is so, or is not, of an object.</summary>
/// <param name="Type">What.</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Reason">Why, in one word.</param>
/// <param name="Message">Why, in a sentence.</param>
internal sealed record Condition(string Type, string Status, string Reason, string Message)
{
    /// <summary>The generation of the spec that it is said of.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>Since when it is so.</summary>
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>The same, since when it was so before if nothing changed.</summary>
    public Condition Since(IReadOnlyList<Condition> before, DateTimeOffset now) => this with
    {
        LastTransitionTime = before.FirstOrDefault(known => known.Type == Type && known.Status == Status)?.LastTransitionTime ?? now,
    };
}
