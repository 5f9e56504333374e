namespace KafkaBackup.Coordinator.Operations;

/// <summary>What is wrong, some of it: nobody reads a thousand sentences.</summary>
internal sealed class Findings
{
    private const int MostTold = 10;

    private readonly List<string> _first = [];
    private int _count;

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Notes something, without a full stop or with one.</summary>
    public void Add(string finding)
    {
        if (_count++ < MostTold)
        {
            _first.Add(finding.TrimEnd('.'));
        }
    }

    /// <summary>Some of many names.</summary>
    public static string Some(IReadOnlyCollection<string> names) => names.Count <= MostTold ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MostTold))} and {names.Count - MostTold} more";

    /// <inheritdoc />
    public override string ToString() => IsEmpty ? "" : $"{string.Join("; ", _first)}{(_count > MostTold ? $"; and {_count - MostTold} more" : "")}.";
}
