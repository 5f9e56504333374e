using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Output;

/// <summary>What a run shows while it is under way.</summary>
/// <param name="MinimumLevel">The least log level that is written.</param>
/// <param name="Format">How log lines look.</param>
/// <param name="ShowsProgress">Whether a live display is wanted where there is a terminal.</param>
internal sealed record OutputOptions(LogLevel MinimumLevel, LogFormat Format, bool ShowsProgress)
{
    /// <summary>What a command without options shows.</summary>
    public static OutputOptions Default { get; } = new(LogLevel.Information, LogFormat.Text, ShowsProgress: true);

    /// <summary>Writes what the operator should know to standard error.</summary>
    public void WriteNote(string message) => Console.Error.WriteLine(
        Format == LogFormat.Json ? LogLine.Json(LogLevel.Warning, TimeProvider.System.GetUtcNow(), message, null, null) : LogLine.Text(LogLevel.Warning, message, null));

    /// <summary>Writes what ended a command to standard error, in the format of its log.</summary>
    public void WriteError(string message) => Console.Error.WriteLine(
        Format == LogFormat.Json ? LogLine.Json(LogLevel.Error, TimeProvider.System.GetUtcNow(), message, null, null) : $"Error: {message}");
}
