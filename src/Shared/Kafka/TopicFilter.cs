using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Kafka;

/// <summary>Decides which topics of the source belong to the backup.</summary>
/// <remarks>
/// An entry is a name or a glob: <c>*</c> stands for any run of characters, <c>?</c> for one; it has to fit the whole name, and case
/// matters. Everything else, <c>~</c> and <c>[</c> too, stands for itself. Exclusion wins, and no inclusion at all means every topic.
/// </remarks>
public sealed class TopicFilter
{
    private readonly IReadOnlyList<string> _include;
    private readonly IReadOnlyList<string> _exclude;

    /// <summary>Makes the filter of <paramref name="topics"/>.</summary>
    public TopicFilter(TopicsSection topics)
    {
        _include = topics.Include;
        _exclude = topics.Exclude;
        Literals = [.. topics.Include.Where(entry => entry.AsSpan().IndexOfAny('*', '?') < 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The included entries that name one topic each: such a topic has to be there, or the operator mistyped it.</summary>
    public IReadOnlyList<string> Literals { get; }

    /// <summary>Whether <paramref name="topic"/> is to be backed up.</summary>
    public bool Matches(string topic) =>
        (_include.Count == 0 || _include.Any(glob => IsMatch(glob, topic, out _))) && !_exclude.Any(glob => IsMatch(glob, topic, out _));

    /// <summary>Whether <paramref name="glob"/> fits all of <paramref name="text"/>, and in how many comparisons that was decided.</summary>
    /// <remarks>
    /// Only the last star seen is ever retried: giving more to an earlier one can lead to nothing that the last one cannot reach. So
    /// each character of the text starts at most one walk through the glob, whatever the number of stars.
    /// </remarks>
    internal static bool IsMatch(string glob, string text, out int steps)
    {
        var (g, t) = (0, 0);
        var (star, retryFrom) = (-1, 0);
        for (steps = 0; t < text.Length; steps++)
        {
            if (g < glob.Length && glob[g] == '*')
            {
                (star, retryFrom) = (g++, t);
            }
            else if (g < glob.Length && (glob[g] == '?' || glob[g] == text[t]))
            {
                g++;
                t++;
            }
            else if (star >= 0)
            {
                (g, t) = (star + 1, ++retryFrom);
            }
            else
            {
                return false;
            }
        }

        return glob.AsSpan(g).TrimStart('*').IsEmpty;
    }
}
