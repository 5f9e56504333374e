using System.Collections.ObjectModel;
using System.Text.RegularExpressions;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Kafka;

/// <summary>Decides which topics of the source belong to the backup.</summary>
/// <remarks>
/// An entry is a name or a glob: <c>*</c> stands for any run of characters, <c>?</c> for one; it has to fit the whole name, and case
/// matters. Everything else, <c>~</c> and <c>[</c> too, stands for itself, but for <see cref="OfRestore"/>. Exclusion wins, and no inclusion at all means every topic.
/// </remarks>
public sealed class TopicFilter
{
    private readonly IReadOnlyList<string> _include;
    private readonly IReadOnlyList<string> _exclude;
    private readonly IReadOnlyList<string> _literals;
    private readonly bool _includesInternal;
    private readonly IReadOnlyList<string> _internal;
    private readonly IReadOnlyDictionary<string, Regex> _regexes = ReadOnlyDictionary<string, Regex>.Empty;

    /// <summary>Makes the filter of <paramref name="topics"/>, with what <paramref name="backup"/> says of internal topics.</summary>
    public TopicFilter(TopicsSection topics, BackupSection backup)
    {
        _include = topics.Include;
        _exclude = topics.Exclude;
        _literals = [.. topics.Include.Where(entry => entry.AsSpan().IndexOfAny('*', '?') < 0).Distinct(StringComparer.Ordinal)];
        _includesInternal = backup.IncludesInternalTopics;
        _internal = backup.InternalTopics;
    }

    /// <summary>Makes the filter of what a restore chooses from a backup: an entry that begins with <c>~</c> is a regular expression, which has to fit somewhere in the name.</summary>
    /// <exception cref="BackupException">One of them is none.</exception>
    public static TopicFilter OfRestore(TopicsSection topics) => new(topics, new BackupSection(), [.. topics.Include.Concat(topics.Exclude).Where(IsRegex).Distinct(StringComparer.Ordinal)]);

    private TopicFilter(TopicsSection topics, BackupSection backup, IReadOnlyList<string> regexes)
        : this(topics, backup)
    {
        _literals = [.. _literals.Where(entry => !IsRegex(entry))];
        _regexes = regexes.ToDictionary(entry => entry, Parse, StringComparer.Ordinal);
    }

    /// <summary>Whether a topic that is named without <c>*</c> and <c>?</c> has to be there. Default: true.</summary>
    public bool DemandsLiterals { get; init; } = true;

    /// <summary>The topics that have to be there, or the operator mistyped a name.</summary>
    public IReadOnlyList<string> Literals => DemandsLiterals ? _literals : [];

    /// <summary>Whether a topic that <see cref="Matches"/> belongs to the backup, given whether Kafka calls it internal.</summary>
    public bool Admits(string topic, bool isInternal) =>
        !isInternal || (_includesInternal && (_internal.Count == 0 || _internal.Contains(topic, StringComparer.Ordinal)));

    /// <summary>Whether <paramref name="topic"/> is to be backed up.</summary>
    public bool Matches(string topic) =>
        (_include.Count == 0 || _include.Any(entry => Fits(entry, topic))) && !_exclude.Any(entry => Fits(entry, topic));

    private bool Fits(string entry, string topic) => _regexes.TryGetValue(entry, out var regex) ? regex.IsMatch(topic) : IsMatch(entry, topic);

    private static bool IsRegex(string entry) => entry.StartsWith('~');

    private static Regex Parse(string entry)
    {
        try
        {
            return new Regex(entry[1..], RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new BackupException(FailureKind.Configuration, $"target.topics: '{entry}' is no regular expression: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Whether <paramref name="glob"/> fits all of <paramref name="topic"/>.</summary>
    public static bool IsMatch(string glob, string topic) => IsMatch(glob, topic, out _);

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
