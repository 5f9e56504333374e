using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Collects everything that is wrong with one file, so that the operator repairs it in one go.</summary>
internal sealed class ConfigurationProblems(string file)
{
    private const int MaxQuoted = 80;

    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>Notes a problem at <paramref name="node"/>, or of the file as a whole when it is null.</summary>
    public void Add(string path, YamlNode? node, string message) =>
        _problems.Add(new ConfigurationProblem(Printable(path), node?.Line, node?.Column, Printable(message)));

    /// <summary>Ends the loading if anything was noted.</summary>
    /// <exception cref="ConfigurationException">There are problems; it carries all, in the order of the file.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new ConfigurationException(file, [.. _problems.OrderBy(p => p.Line ?? 0).ThenBy(p => p.Column ?? 0)]);
        }
    }

    /// <summary>The failure of a file that cannot be looked into.</summary>
    public ConfigurationException Fatal(string message, Exception? cause = null, int? line = null, int? column = null) =>
        new(file, [new ConfigurationProblem("", line, column, Printable(message))], cause);

    /// <summary><paramref name="text"/> in quotes, cut when it is too long for a message, without what an address has of user and password.</summary>
    public static string Quote(string text) => WithoutUser(text) is { Length: > MaxQuoted } tooLong ? $"'{tooLong[..MaxQuoted]}...'" : $"'{WithoutUser(text)}'";

    /// <summary><paramref name="text"/> with dots in place of what stands before an <c>@</c>, which may be a password.</summary>
    public static string WithoutUser(string text)
    {
        var end = text.LastIndexOf('@');
        var scheme = text.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 && at < end ? at + 3 : 0;
        return end < 0 ? text : $"{text[..scheme]}…{text[end..]}";
    }

    // One problem is one line: a value with a line break could otherwise pass for a message of its own.
    private static string Printable(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var printable = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = char.IsControl(c) ? printable.Append($"\\u{(int)c:x4}") : printable.Append(c);
        }

        return printable.ToString();
    }
}
