using KafkaBackup.Coordinator.Restore;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>What a user reads of a restore, in a list.</summary>
internal sealed class SpokenLines : ILogger<RestoreLog>
{
    private readonly List<string> _lines = [];

    /// <summary>The lines that steps of a restore say.</summary>
    public static IReadOnlyList<string> Of(params IEnumerable<RestoreEffect> effects)
    {
        var spoken = new SpokenLines();
        var log = new RestoreLog(spoken);
        foreach (var say in effects.OfType<Say>())
        {
            say.Sentence(log);
        }

        return spoken._lines;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Add($"{logLevel}: {formatter(state, exception)}");
}
