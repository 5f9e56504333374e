using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>What a broker answered, step by step and field by field.</summary>
internal sealed class Transcript(Normaliser normaliser)
{
    private readonly Dictionary<string, Dictionary<string, string>> _steps = new(StringComparer.Ordinal);

    /// <summary>Everything as text, a line for each field.</summary>
    public IEnumerable<string> Lines => _steps.SelectMany(step => step.Value.Select(one => $"{step.Key} | {one.Key}={one.Value}"));

    public IReadOnlyCollection<string> Steps => _steps.Keys;

    /// <summary>The fields of a step; none if the step was never taken.</summary>
    public IReadOnlyDictionary<string, string> Fields(string step) => _steps.GetValueOrDefault(step) ?? [];

    public void Add(string step, IEnumerable<TranscriptField> fields)
    {
        foreach (var field in fields)
        {
            Note(step, field.Path, field.Value);
        }
    }

    /// <summary>Writes down one field; it is an error to write one twice, for then one of both would not be compared.</summary>
    public void Note(string step, string field, object? value)
    {
        if (!_steps.TryGetValue(step, out var fields))
        {
            _steps.Add(step, fields = new Dictionary<string, string>(StringComparer.Ordinal));
        }

        fields.Add(normaliser.Path(field), normaliser.Value(field, value?.ToString() ?? "null"));
    }
}
