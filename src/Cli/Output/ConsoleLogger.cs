using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Output;

/// <summary>Writes log lines through whatever owns standard error; standard output belongs to results.</summary>
/// <remarks>A scope that is a <see cref="BackupId"/> says of which backup the lines in it are.</remarks>
[ProviderAlias("KafkaBackup")]
internal sealed class ConsoleLogger(Action<string> writeLine, LogFormat format, bool namesBackups, TimeProvider clock) : ILoggerProvider, ISupportExternalScope
{
    private readonly Lock _lock = new();
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // Standard error is not ours to close.
    }

    private void Write<TState>(LogLevel level, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var (message, backup) = (formatter(state, exception), namesBackups ? FindBackup() : null);
        var line = format == LogFormat.Json
            ? LogLine.Json(level, clock.GetUtcNow(), message, state, exception, backup)
            : LogLine.Text(level, message, exception, backup);
        lock (_lock)
        {
            writeLine(line);
        }
    }

    private BackupId? FindBackup()
    {
        var found = new Found();
        _scopes?.ForEachScope(static (scope, found) => found.Backup = scope is BackupId backup ? backup : found.Backup, found);
        return found.Backup;
    }

    private sealed class Found
    {
        public BackupId? Backup { get; set; }
    }

    private sealed class CategoryLogger(ConsoleLogger owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(logLevel, state, exception, formatter);
    }
}
