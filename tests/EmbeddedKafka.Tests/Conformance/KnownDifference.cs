using System.Text.RegularExpressions;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>A field in which the embedded broker differs on purpose.</summary>
/// <param name="Row">The first column of the row in docs/embedded-kafka.md that says so.</param>
/// <param name="Steps">The steps in which it differs, as a regular expression of the whole name.</param>
/// <param name="Fields">The fields that differ there, likewise.</param>
internal sealed record KnownDifference(string Row, string Steps, string Fields)
{
    private readonly Regex _steps = Whole(Steps);
    private readonly Regex _fields = Whole(Fields);

    public bool Covers(Difference difference) => _steps.IsMatch(difference.Step) && _fields.IsMatch(difference.Field);

    private static Regex Whole(string pattern) => new($"^({pattern})$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
}
