using System.Text.RegularExpressions;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>The drills of <c>docs/restore.md</c>: their files, their commands, and what those print.</summary>
internal static class DrillDocument
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline;

    private static readonly Regex YamlFile = new("^```yaml\n# (?<name>[a-z-]+[.]yaml)\n(?<yaml>.*?)^```", Options);
    private static readonly Regex Transcript = new("^```\n(?<lines>[$].*?)^```", Options);

    /// <summary>The titles of all drills.</summary>
    public static IReadOnlyList<string> Titles => [.. Drills.Keys];

    private static Dictionary<string, string> Drills { get; } = File.ReadAllText(Path.Combine(Repository.Root, "docs", "restore.md"))
        .Split("\n## Drills\n")[1].Split("\n## ")[0].Split("\n### ")[1..]
        .ToDictionary(drill => drill.Split('\n')[0], StringComparer.Ordinal);

    /// <summary>Writes the files of a drill, runs its commands one after the other, and asserts that each prints what the document says.</summary>
    /// <param name="title">The drill's heading.</param>
    /// <param name="own">Puts the test's names and addresses in the place of the document's.</param>
    /// <param name="folder">Where the files go.</param>
    public static async Task FollowAsync(string title, Func<string, string> own, string folder)
    {
        foreach (var file in YamlFile.Matches(Drills[title]).Cast<Match>())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file.Groups["name"].Value), own(file.Groups["yaml"].Value));
        }

        foreach (var command in Transcript.Matches(Drills[title]).SelectMany(block => block.Groups["lines"].Value.Split("$ kafka-backup ", StringSplitOptions.RemoveEmptyEntries)))
        {
            string[] lines = [.. command.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(own)];
            using var run = CliRun.Start(folder, lines[0].Split(' ').Select(word => word.EndsWith(".yaml", StringComparison.Ordinal) ? Path.Combine(folder, word) : word));
            var result = (await run.FinishAsync()).AssertExit(0);
            string[] printed = [.. result.Output.Split('\n'), .. result.Error.Split('\n')];
            Assert.All(lines.Skip(1), line => Assert.True(Array.Exists(printed, other => IsSo(line, other)), $"'{line}' is not printed by {lines[0]}:\n{string.Join('\n', printed)}"));
        }
    }

    /// <summary>Whether a line reads as the document has it, where … stands for anything.</summary>
    private static bool IsSo(string documented, string printed) =>
        Regex.IsMatch(printed.TrimEnd(), $"^{string.Join(".*", documented.TrimEnd().Split('…').Select(Regex.Escape))}$", RegexOptions.NonBacktracking);
}
