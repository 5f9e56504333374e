using System.Text;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Pbm;

/// <summary>A line of the shell, cut into words as a shell does.</summary>
/// <param name="Words">The command.</param>
/// <param name="File">Where its answer goes; null: to the screen.</param>
/// <param name="AsJson">Whether it is to be an object a line.</param>
internal sealed record CommandLineWords(IReadOnlyList<string> Words, string? File, bool AsJson)
{
    /// <summary>Cuts a line. Words with blanks stand in quotes; <c>&gt; file</c> and <c>--json</c> are the shell's own.</summary>
    /// <exception cref="BackupException">It does not end its quotes, or names no file.</exception>
    public static CommandLineWords Parse(string line)
    {
        var words = Cut(line);
        var redirect = words.FindIndex(word => word is { Text: ">", IsQuoted: false });
        if (redirect >= 0 && redirect != words.Count - 2)
        {
            throw new BackupException(FailureKind.Configuration, "'>' wants one file, at the end of the line.");
        }

        var command = (redirect < 0 ? words : words[..redirect]).Select(word => word.Text).ToList();
        return new CommandLineWords([.. command.Where(word => word != "--json")], redirect < 0 ? null : words[^1].Text, command.Contains("--json"));
    }

    private static List<(string Text, bool IsQuoted)> Cut(string line)
    {
        var words = new List<(string, bool)>();
        var word = new StringBuilder();
        var (quote, wasQuoted) = ('\0', false);
        foreach (var c in line + " ")
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                (quote, wasQuoted) = (quote == '\0' ? c : '\0', true);
            }
            else if (quote == '\0' && (char.IsWhiteSpace(c) || c == '>'))
            {
                if (word.Length > 0 || wasQuoted)
                {
                    words.Add((word.ToString(), wasQuoted));
                }

                word.Clear();
                wasQuoted = false;
                if (c == '>')
                {
                    words.Add((">", false));
                }
            }
            else
            {
                word.Append(c);
            }
        }

        return quote == '\0' ? words : throw new BackupException(FailureKind.Configuration, $"The quote {quote} is not closed.");
    }
}
