using System.Text.RegularExpressions;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The lines of the Dockerfile, those that go on in the next one put together, and comments left out.</summary>
internal static class Dockerfile
{
    public static IReadOnlyList<string> Lines { get; } =
    [
        .. Regex.Replace(SourceTree.Text("Dockerfile"), @"^#.*\n|\\\n", "", RegexOptions.Multiline | RegexOptions.NonBacktracking)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries),
    ];

    /// <summary>The number of the user of the image.</summary>
    public static long? User => long.Parse(Rest("USER").Single());

    /// <summary>What follows an instruction, for each time that it is there.</summary>
    public static IEnumerable<string> Rest(string instruction) =>
        Lines.Where(line => line.StartsWith(instruction + " ", StringComparison.Ordinal)).Select(line => line[(instruction.Length + 1)..]);
}
