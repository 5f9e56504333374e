using System.Text.RegularExpressions;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Architecture;

/// <summary>Documents of the design that name the tests which show what they say.</summary>
public sealed class DesignDocumentTests
{
    private static readonly Regex TestName = new("`(?<name>[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex Script = new("`(?<path>tests/acceptance/[a-z_]+\\.py)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    [Theory]
    [InlineData("0002-faults-known-of-oso.md", 40)]
    [InlineData("0003-failure-modes.md", 20)]
    public void Every_test_that_a_document_names_is_there(string document, int atLeast)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "design", document));
        var named = TestName.Matches(text).Select(match => match.Groups["name"].Value).Distinct().ToList();
        var sources = Repository.Files("tests", "*.cs").Select(File.ReadAllText).ToList();

        Assert.True(named.Count >= atLeast, $"The document names only {named.Count} tests.");
        Assert.All(named, name => Assert.Contains(sources, source => source.Contains($" {name}(", StringComparison.Ordinal)));
        Assert.All(Script.Matches(text).Select(match => match.Groups["path"].Value), path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path));
    }

    [Fact]
    public void Every_failure_mode_says_what_happens_and_what_shows_it()
    {
        var modes = File.ReadAllText(Path.Combine(Repository.Root, "docs", "design", "0003-failure-modes.md")).Split("\n## ")[2..];

        Assert.All(modes, mode => Assert.Contains("*What happens.*", mode, StringComparison.Ordinal));
        Assert.All(modes, mode => Assert.Contains("*Shown by*", mode, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_row_of_the_table_of_known_faults_names_a_test()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "design", "0002-faults-known-of-oso.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.EndsWith("| test |", StringComparison.Ordinal));

        Assert.All(rows, row => Assert.Matches(@"`[^`]+`[^|]*\|$", row));
    }
}
