using System.Text.RegularExpressions;

namespace KafkaBackup.Shared.Configuration;

/// <summary>What Kafka takes as a name.</summary>
internal static class KafkaNames
{
    private const int LongestTopic = 249;

    private static readonly Regex Legal = new("^[a-zA-Z0-9._-]+$", RegexOptions.NonBacktracking);

    /// <summary>What speaks against <paramref name="name"/> as a topic's name; null when nothing does.</summary>
    public static string? TopicObjection(string name) => name.Length <= LongestTopic && name is not ("." or "..") && Legal.IsMatch(name)
        ? null
        : $"must be a name that Kafka takes: at most {LongestTopic} letters, digits, '.', '_' and '-'";
}
