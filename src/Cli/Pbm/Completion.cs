using KafkaBackup.Management.Pbm;

namespace KafkaBackup.Cli.Pbm;

/// <summary>What a line of the shell can go on with: the node's own palettes, their verbs and options.</summary>
/// <param name="verbs">All that the node can be told and asked.</param>
internal sealed class Completion(IReadOnlyList<PbmVerbHelp> verbs)
{
    private static readonly string[] Own = ["exit"];

    /// <summary>The words that the last word of <paramref name="line"/> may become, in order.</summary>
    public IReadOnlyList<string> Of(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (before, begun) = line.Length == 0 || line.EndsWith(' ') ? (words, "") : (words[..^1], words[^1]);
        IEnumerable<string> next = before switch
        {
            [] => verbs.Select(verb => verb.Palette).Concat(Own),
            ["help"] => verbs.Select(verb => verb.Palette),
            [var palette] when verbs.All(verb => verb.Palette != palette || verb.Verb.Length > 0) => verbs
                .Where(verb => verb.Palette == palette).Select(verb => verb.Verb),
            [var palette, var name, ..] => verbs.Where(verb => verb.Palette == palette && verb.Verb == name).SelectMany(verb => verb.Options)
                .Except(before, StringComparer.Ordinal),
            _ => [],
        };
        return [.. next.Where(word => word.StartsWith(begun, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>What Tab adds to <paramref name="line"/>: all that its continuations have in common.</summary>
    public string Addition(string line)
    {
        var words = Of(line);
        if (words.Count == 0)
        {
            return "";
        }

        var begun = line.Length - (line.LastIndexOf(' ') + 1);
        var common = words.Aggregate((a, b) => string.Concat(a.TakeWhile((c, i) => i < b.Length && b[i] == c)));
        return common[begun..] + (words.Count == 1 ? " " : "");
    }
}
