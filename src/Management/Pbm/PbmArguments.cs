using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary>The options and the operand of a command, as its verb takes them.</summary>
internal sealed class PbmArguments
{
    private readonly Dictionary<string, string> _values;
    private readonly string _usage;

    private PbmArguments(Dictionary<string, string> values, string? operand, string usage)
    {
        _values = values;
        _usage = usage;
        Operand = operand ?? "";
    }

    /// <summary>The word that is no option's; empty when the verb takes none.</summary>
    public string Operand { get; }

    /// <summary>Reads them.</summary>
    /// <param name="palette">The palette's name.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="words">What stands behind its name.</param>
    /// <exception cref="BackupException">The verb does not take them, or wants others.</exception>
    public static PbmArguments Read(string palette, PbmVerb verb, IEnumerable<string> words)
    {
        var usage = verb.UsageIn(palette);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string? operand = null;
        var rest = new Queue<string>(words);
        while (rest.TryDequeue(out var word))
        {
            var (name, inline) = word.StartsWith("--", StringComparison.Ordinal) && word.Split('=', 2) is [var before, var after]
                ? (before, after) : (word, null);
            if (verb.Options.FirstOrDefault(option => option.Short == name || option.Long == name) is { } found)
            {
                if ((inline ?? (rest.TryDequeue(out var next) ? next : null)) is not { } value || !values.TryAdd(found.Long, value))
                {
                    throw Wrong(usage, $"{found.Short} takes one {found.Value}, once");
                }
            }
            else if (verb.Operand is not null && operand is null && !word.StartsWith('-'))
            {
                operand = word;
            }
            else
            {
                throw Wrong(usage, $"'{Clip(word)}' is not understood");
            }
        }

        return verb.Operand is not null && operand is null
            ? throw Wrong(usage, $"{verb.Operand} is missing")
            : verb.Options.FirstOrDefault(option => option.IsRequired && !values.ContainsKey(option.Long)) is { } missing
            ? throw Wrong(usage, $"{missing.Short} is missing")
            : new PbmArguments(values, operand, usage);
    }

    /// <summary>What an option is given; null when it is not.</summary>
    public string? Get(PbmOption option) => _values.GetValueOrDefault(option.Long);

    /// <summary>The number that an option is given, or <paramref name="otherwise"/>.</summary>
    /// <exception cref="BackupException">It is no number.</exception>
    public int GetCount(PbmOption option, int otherwise) => Get(option) is not { } text
        ? otherwise
        : int.TryParse(text, out var number) && number >= 0 ? number
            : throw Wrong(_usage, $"{option.Short} takes a number, and '{Clip(text)}' is none");

    /// <summary>As much of a stranger's word as belongs into a sentence.</summary>
    internal static string Clip(string word) => word.Length <= 60 ? word : word[..60] + "…";

    private static BackupException Wrong(string usage, string what) => new(FailureKind.Configuration, $"{what}. Usage: {usage}");
}
