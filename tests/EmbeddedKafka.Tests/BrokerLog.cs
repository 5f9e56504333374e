using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>Keeps what a broker says about the connections that it closed.</summary>
internal sealed class BrokerLog : ILogger
{
    private readonly ConcurrentQueue<string> _refusals = new();
    private readonly ConcurrentQueue<string> _faults = new();

    /// <summary>Connections closed because of what came over them.</summary>
    public IReadOnlyCollection<string> Refusals => _refusals;

    /// <summary>Connections closed because of a fault of the broker's own.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        (logLevel >= LogLevel.Error ? _faults : _refusals).Enqueue($"{formatter(state, exception)} {exception}");
}
