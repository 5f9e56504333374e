namespace KafkaBackup.Shared.Configuration;

/// <summary>Files that hold one secret each, as they are mounted into pods; whoever replaces a secret replaces its file.</summary>
/// <remarks>They are read for each use and not watched: a mounted secret is a link to a link, and only the second one changes.</remarks>
public static class SecretFiles
{
    /// <summary>The text in a file's content: all of it, but for the end of line that editors add; null when it is none, or more than a line.</summary>
    public static string? LineOf(string content)
    {
        var line = content.EndsWith("\r\n", StringComparison.Ordinal) ? content[..^2] : content.EndsWith('\n') ? content[..^1] : content;
        return line.Length == 0 || line.AsSpan().IndexOfAny('\r', '\n') >= 0 ? null : line;
    }

    /// <summary>The same of a secret of a store, which has no blanks; null when it is none.</summary>
    public static string? KeyOf(string content) => LineOf(content) is { } line && !SecretReader.HasBlank(line) ? line : null;

    /// <summary>Makes sure that the files with credentials of a store can be read and hold some, before anything is started with them.</summary>
    /// <param name="file">The configuration file, for the message.</param>
    /// <param name="storage">What names the files.</param>
    /// <exception cref="ConfigurationException">Something is wrong; it carries all that is.</exception>
    public static void Check(string file, StorageSection storage)
    {
        var problems = new List<ConfigurationProblem>();
        foreach (var secret in storage.SecretFiles)
        {
            void Report(string message) => problems.Add(new ConfigurationProblem($"storage.{secret.Key}", null, null, message));

            if (NamedFiles.Read(secret.Path, Report) is { } content && !(KeyOf(content) is { } key && secret.Accepts(key)))
            {
                Report($"the file '{secret.Path}' has to hold {secret.What}, in one line and without blanks.");
            }
        }

        if (problems.Count > 0)
        {
            throw new ConfigurationException(file, problems);
        }
    }
}
