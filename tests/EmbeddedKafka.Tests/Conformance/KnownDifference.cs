using System.Text.RegularExpressions;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>A field in which the embedded broker differs on purpose.</summary>
/// <param name="Row">The first column of the row in docs/embedded-kafka.md that says so.</param>
/// <param name="Steps">The steps in which it differs, as a regular expression of the whole name.</param>
/// <param name="Fields">The fields that differ there, likewise.</param>
internal sealed record KnownDifference(string Row, string Steps, string Fields)
{
    public bool Covers(Difference difference) => IsMatch(Steps, difference.Step) && IsMatch(Fields, difference.Field);

    private static bool IsMatch(string pattern, string text) =>
        Regex.IsMatch(text, $"^({pattern})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
