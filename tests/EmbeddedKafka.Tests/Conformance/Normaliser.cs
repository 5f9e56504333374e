namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Replaces in one run what differs between any two runs, on the same broker too.</summary>
/// <param name="prefix">What the names of the run's topics and transactional ids begin with.</param>
internal sealed class Normaliser(string prefix)
{
    private readonly Dictionary<(string Kind, string Value), string> _seen = [];
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>When the run began.</summary>
    public DateTimeOffset Started { get; } = TimeProvider.System.GetUtcNow();

    public string Path(string path) => path.Replace(prefix, "run", StringComparison.Ordinal);

    public string Value(string path, string value)
    {
        foreach (var rule in Normalisation.All.Where(rule => rule.Fields.IsMatch(path)))
        {
            value = rule.Replace(this, value);
        }

        return value.Replace(prefix, "run", StringComparison.Ordinal);
    }

    /// <summary>A number for each different value, in the order in which they are seen.</summary>
    public string Numbered(string kind, string value)
    {
        if (!_seen.TryGetValue((kind, value), out var name))
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            _seen.Add((kind, value), name = $"<{kind} {_counts[kind]}>");
        }

        return name;
    }
}
