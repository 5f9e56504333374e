namespace KafkaBackup.Shared.Configuration;

/// <summary>A configuration file could not be used. It carries every problem found, not only the first.</summary>
public sealed class ConfigurationException : BackupException
{
    /// <summary>Makes the failure for <paramref name="file"/>.</summary>
    public ConfigurationException(string file, IReadOnlyList<ConfigurationProblem> problems, Exception? inner = null)
        : base(FailureKind.Configuration, $"{file}: {string.Join(Environment.NewLine + file + ": ", problems)}", inner)
    {
        File = file;
        Problems = problems;
    }

    /// <summary>The file's path as it was given.</summary>
    public string File { get; }

    /// <summary>All problems, in the order of the file.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }
}
