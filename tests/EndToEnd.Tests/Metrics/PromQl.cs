using System.Text.RegularExpressions;

namespace KafkaBackup.EndToEnd.Tests.Metrics;

/// <summary>Just enough of PromQL to know which metrics a query names.</summary>
internal static class PromQl
{
    private static readonly Regex Token = new("\"[^\"]*\"|[A-Za-z_$][A-Za-z0-9_]*|[0-9][0-9a-z.]*|[^ ]", RegexOptions.NonBacktracking);
    private static readonly HashSet<string> Groupings = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly HashSet<string> Operators = ["and", "or", "unless", "bool", "offset"];

    /// <summary>The metrics in <paramref name="query"/>: names that are neither functions, words of the language, labels nor in a text.</summary>
    public static IReadOnlyList<string> MetricsIn(string query)
    {
        var tokens = Token.Matches(query).Select(token => token.Value).ToList();
        var names = new List<string>();
        for (var at = 0; at < tokens.Count; at++)
        {
            var (token, next) = (tokens[at], tokens.ElementAtOrDefault(at + 1));
            if (token is "{" or "[")
            {
                at = tokens.IndexOf(token == "{" ? "}" : "]", at);
            }
            else if (Groupings.Contains(token) && next == "(")
            {
                at = tokens.IndexOf(")", at);
            }
            else if ((char.IsAsciiLetter(token[0]) || token[0] == '_') && !Operators.Contains(token) && next is not ("(" or "by" or "without"))
            {
                names.Add(token);
            }
        }

        return names;
    }
}
