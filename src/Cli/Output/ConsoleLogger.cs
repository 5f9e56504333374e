using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Output;

/// <summary>Writes log lines to standard error as <c>[LEVEL] text</c>; standard output belongs to results.</summary>
[ProviderAlias("KafkaBackup")]
internal sealed class ConsoleLogger(TextWriter output) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this);

    public void Dispose()
    {
        // Standard error is not ours to close.
    }

    private void Write(LogLevel level, string text, Exception? exception)
    {
        var name = level switch
        {
            LogLevel.Trace => "TRACE",
            LogLevel.Debug => "DEBUG",
            LogLevel.Warning => "WARN",
            LogLevel.Error or LogLevel.Critical => "ERROR",
            _ => "INFO",
        };
        lock (_lock)
        {
            output.WriteLine(exception is null || level < LogLevel.Error ? $"[{name}] {text}" : $"[{name}] {text}: {exception.Message}");
        }
    }

    private sealed class CategoryLogger(ConsoleLogger owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(logLevel, formatter(state, exception), exception);
    }
}
