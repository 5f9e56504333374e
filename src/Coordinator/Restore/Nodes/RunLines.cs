using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>Keeps what a restore says for those who follow it from elsewhere, and passes it on to this node's log.</summary>
/// <param name="log">This node's log.</param>
/// <param name="backup">The backup, which each line there names.</param>
public sealed class RunLines(ILogger<RestoreLog> log, BackupId backup) : ILogger<RestoreLog>
{
    /// <summary>What is kept: a restore of many thousand partitions tells each.</summary>
    private const int MostLines = 20_000;

    /// <summary>How much of them goes in one answer.</summary>
    private const int MostText = 50_000;

    /// <summary>How much of one line is kept; the node's log has all.</summary>
    private const int MostOfLine = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<RestoreLine> _lines = [];
    private int _forgotten;

    /// <summary>Lines behind the first <paramref name="after"/>, some at a time.</summary>
    /// <returns>Them, the number of the last one, and whether there are more.</returns>
    public (IReadOnlyList<RestoreLine> Lines, int Last, bool HasMore) After(int after)
    {
        lock (_gate)
        {
            var (page, text) = (new List<RestoreLine>(), 0);
            foreach (var line in _lines.Skip(after - _forgotten).Take(RestoreRunStatus.MostLines))
            {
                text += line.Text.Length;
                if (page.Count > 0 && text > MostText)
                {
                    break;
                }

                page.Add(line);
            }

            var last = Math.Max(after, _forgotten) + page.Count;
            return (page, last, last < _forgotten + _lines.Count);
        }
    }

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information || log.IsEnabled(logLevel);

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using (log.BeginScope(backup))
        {
            log.Log(logLevel, eventId, state, exception, formatter);
        }

        if (logLevel >= LogLevel.Information)
        {
            var text = formatter(state, exception);
            Keep(new RestoreLine($"{logLevel}", text.Length <= MostOfLine ? text : $"{text.AsSpan(0, MostOfLine)} …"));
        }
    }

    private void Keep(RestoreLine line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MostLines)
            {
                _lines.Dequeue();
                _forgotten++;
            }
        }
    }
}
