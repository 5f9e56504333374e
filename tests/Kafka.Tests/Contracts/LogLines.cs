using KafkaBackup.Kafka.Librdkafka;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>What a client logs, line by line.</summary>
internal sealed class LogLines : List<string>, ILogger<KafkaClients>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(formatter(state, exception));
}
