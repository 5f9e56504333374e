namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads files that a configuration names, to say what is wrong with them before anything is started.</summary>
public static class NamedFiles
{
    /// <summary>The text of a file; null when none is named, or it cannot be read, which is reported.</summary>
    /// <param name="path">The file.</param>
    /// <param name="report">Is told in a sentence why it cannot be read.</param>
    public static string? Read(string? path, Action<string> report)
    {
        try
        {
            return path is null ? null : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            report(e switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"the file '{path}' does not exist.",
                UnauthorizedAccessException when Directory.Exists(path) => $"'{path}' is a directory; name a file.",
                UnauthorizedAccessException => $"the file '{path}' may not be read by this user.",
                _ => $"the file '{path}' cannot be read: {e.Message.TrimEnd('.')}.",
            });
            return null;
        }
    }
}
