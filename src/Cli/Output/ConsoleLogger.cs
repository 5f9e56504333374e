using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Output;

/// <summary>Writes log lines through whatever owns standard error; standard output belongs to results.</summary>
[ProviderAlias("KafkaBackup")]
internal sealed class ConsoleLogger(Action<string> writeLine, LogFormat format, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this);

    public void Dispose()
    {
        // Standard error is not ours to close.
    }

    private void Write<TState>(LogLevel level, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        var line = format == LogFormat.Json ? LogLine.Json(level, clock.GetUtcNow(), message, state, exception) : LogLine.Text(level, message, exception);
        lock (_lock)
        {
            writeLine(line);
        }
    }

    private sealed class CategoryLogger(ConsoleLogger owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(logLevel, state, exception, formatter);
    }
}
