namespace KafkaBackup.Shared.Configuration;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="Path">Where, as a YAML path: <c>backup.compression_level</c>; empty when the file as a whole is meant.</param>
/// <param name="Line">The line, from 1; null when there is none to name.</param>
/// <param name="Column">The column, from 1; null when there is none to name.</param>
/// <param name="Message">What is wrong and what would be right; never holds a secret.</param>
public sealed record ConfigurationProblem(string Path, int? Line, int? Column, string Message)
{
    /// <summary>The problem on one line, with its place in front.</summary>
    public override string ToString()
    {
        var place = Line is { } line ? $"line {line}, column {Column ?? 1}: " : "";
        return Path.Length == 0 ? place + Message : $"{place}{Path}: {Message}";
    }
}
