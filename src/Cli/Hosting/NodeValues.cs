using Akka.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Reads settings of a node and keeps what is wrong with them, so that all of it is told at once.</summary>
/// <param name="hocon">The settings.</param>
internal sealed class NodeValues(Config hocon)
{
    private readonly List<string> _problems = [];

    /// <summary>A text; empty when it is not set.</summary>
    public string Text(string path) => hocon.HasPath(path) ? hocon.GetString(path) ?? "" : "";

    /// <summary>A text that has to be set.</summary>
    /// <param name="path">The setting.</param>
    /// <param name="what">What it is to be set to.</param>
    public string Needed(string path, string what)
    {
        if (Text(path) is { Length: > 0 } text)
        {
            return text;
        }

        Report($"{path} is not set. Set {VariableOf(path)} (or the setting in the file of --config) to {what}.");
        return "";
    }

    /// <summary>A whole number within limits.</summary>
    public long Number(string path, long least, long greatest)
    {
        var text = Text(path);
        if (long.TryParse(text, out var number) && number >= least && number <= greatest)
        {
            return number;
        }

        Report($"{path} is '{text}'. Give a whole number from {least} to {greatest}{Either(path)}.");
        return least;
    }

    /// <summary>A port to listen on.</summary>
    public int Port(string path, int least = 0) => (int)Number(path, least, ushort.MaxValue);

    /// <summary>A list of texts; empty where something else stands.</summary>
    public IReadOnlyList<string> List(string path) => [.. hocon.GetStringList(path)];

    /// <summary>What something reads of the settings; null when it finds them wrong, which is kept.</summary>
    public T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (BackupException e)
        {
            Report(e.Message);
            return null;
        }
    }

    /// <summary>Keeps what is wrong.</summary>
    public void Report(string problem) => _problems.Add(problem);

    /// <summary>Tells everything that is wrong.</summary>
    /// <exception cref="BackupException">Something is.</exception>
    public void ThrowIfWrong()
    {
        if (_problems.Count > 0)
        {
            throw new BackupException(FailureKind.Configuration, string.Join(Environment.NewLine, _problems));
        }
    }

    private static string? VariableOf(string path) => NodeVariables.All.FirstOrDefault(variable => variable.Path == path).Name;

    private static string Either(string path) => VariableOf(path) is { } variable ? $" in {variable} or in the file of --config" : "";
}
