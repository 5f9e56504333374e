namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Two transcripts side by side.</summary>
/// <param name="Steps">How many steps were compared.</param>
/// <param name="Fields">How many fields.</param>
/// <param name="Known">The differences that are on purpose.</param>
/// <param name="Unknown">Those that are not.</param>
/// <param name="Unused">What is said to differ, and does not.</param>
internal sealed record Comparison(
    int Steps, int Fields, IReadOnlyList<Difference> Known, IReadOnlyList<Difference> Unknown, IReadOnlyList<KnownDifference> Unused)
{
    private const string Missing = "(no such field)";

    public static Comparison Of(Transcript kafka, Transcript embedded, IReadOnlyList<KnownDifference> known)
    {
        var steps = kafka.Steps.Union(embedded.Steps, StringComparer.Ordinal).ToList();
        var fields = steps.SelectMany(step => kafka.Fields(step).Keys.Union(embedded.Fields(step).Keys, StringComparer.Ordinal)
            .Select(field => new Difference(step, field, Value(kafka, step, field), Value(embedded, step, field))))
            .Where(field => field.Kafka != Normalisation.Any).ToList();
        var differences = fields.FindAll(field => field.Kafka != field.Embedded);
        return new Comparison(
            steps.Count,
            fields.Count,
            differences.FindAll(difference => known.Any(one => one.Covers(difference))),
            differences.FindAll(difference => !known.Any(one => one.Covers(difference))),
            known.Where(one => !differences.Exists(one.Covers)).ToList());
    }

    private static string Value(Transcript transcript, string step, string field) => transcript.Fields(step).GetValueOrDefault(field, Missing);
}
