using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

public sealed class ComparisonTests
{
    private static readonly KnownDifference Groups = new("consumer groups", @"FindCoordinator v\d: group", "ErrorCode");

    [Fact]
    public void Another_value_is_told_with_its_step_and_field_and_both_values()
    {
        var comparison = Compare([("Fetch v4: all", "ErrorCode", "0")], [("Fetch v4: all", "ErrorCode", "1")]);

        Assert.Equal("Fetch v4: all | ErrorCode: Kafka 0, the embedded broker 1", Assert.Single(comparison.Unknown).ToString());
    }

    [Fact]
    public void What_only_one_of_both_has_differs()
    {
        var comparison = Compare([("a", "One", "0"), ("a", "Two", "0")], [("a", "One", "0"), ("b", "One", "0")]);

        Assert.Equal([("a", "Two"), ("b", "One")], comparison.Unknown.Select(difference => (difference.Step, difference.Field)));
        Assert.Equal((2, 3), (comparison.Steps, comparison.Fields));
    }

    [Fact]
    public void A_known_difference_is_known_in_its_steps_and_fields_alone()
    {
        var comparison = Compare(
            [("FindCoordinator v3: group", "ErrorCode", "0"), ("FindCoordinator v3: group", "ErrorCodes", "0"), ("FindCoordinator v3: groups", "ErrorCode", "0")],
            [("FindCoordinator v3: group", "ErrorCode", "15"), ("FindCoordinator v3: group", "ErrorCodes", "1"), ("FindCoordinator v3: groups", "ErrorCode", "1")],
            Groups);

        Assert.Single(comparison.Known);
        Assert.Equal(2, comparison.Unknown.Count);
        Assert.Empty(comparison.Unused);
    }

    [Fact]
    public void A_known_difference_that_no_longer_occurs_is_told()
    {
        var comparison = Compare([("FindCoordinator v3: group", "ErrorCode", "0")], [("FindCoordinator v3: group", "ErrorCode", "0")], Groups);

        Assert.Same(Groups, Assert.Single(comparison.Unused));
    }

    [Fact]
    public void What_stands_for_any_value_is_not_counted_as_compared()
    {
        Assert.Equal(0, Compare([("a", "ErrorMessage", "one")], [("a", "ErrorMessage", "two")]).Fields);
    }

    [Fact]
    public void Every_known_difference_is_a_row_of_the_documentation()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "KafkaBackup.Cluster.sln")))
        {
            folder = folder.Parent;
        }

        var documented = File.ReadAllText(Path.Combine(folder.FullName, "docs", "embedded-kafka.md"));

        Assert.All(KnownDifferences.All, difference => Assert.Contains($"\n| {difference.Row} |", documented, StringComparison.Ordinal));
    }

    private static Comparison Compare(
        (string Step, string Field, string Value)[] kafka, (string Step, string Field, string Value)[] embedded, params KnownDifference[] known) =>
        Comparison.Of(Transcribe(kafka), Transcribe(embedded), known);

    private static Transcript Transcribe((string Step, string Field, string Value)[] fields)
    {
        var transcript = new Transcript(new Normaliser("prefix"));
        foreach (var (step, field, value) in fields)
        {
            transcript.Note(step, field, value);
        }

        return transcript;
    }
}
