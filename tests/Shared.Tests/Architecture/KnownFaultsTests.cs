using System.Text.RegularExpressions;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Architecture;

/// <summary>The table of faults that OSO's tool has, and of the tests that would show that this program has them.</summary>
public sealed class KnownFaultsTests
{
    private static readonly Regex TestName = new("`(?<name>[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    [Fact]
    public void Every_test_that_the_table_of_known_faults_names_is_there()
    {
        var table = File.ReadAllText(Path.Combine(Repository.Root, "docs", "design", "0002-faults-known-of-oso.md"));
        var named = TestName.Matches(table).Select(match => match.Groups["name"].Value).Distinct().ToList();
        var sources = Repository.Files("tests", "*.cs").Select(File.ReadAllText).ToList();

        Assert.True(named.Count > 40, $"The table names only {named.Count} tests.");
        Assert.All(named, name => Assert.Contains(sources, source => source.Contains($" {name}(", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_row_of_the_table_of_known_faults_names_a_test()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "design", "0002-faults-known-of-oso.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.EndsWith("| test |", StringComparison.Ordinal));

        Assert.All(rows, row => Assert.Matches(@"`[^`]+`[^|]*\|$", row));
    }
}
