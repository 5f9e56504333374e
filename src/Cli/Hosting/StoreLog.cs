using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>What a user reads of a store that is away.</summary>
internal sealed partial class StoreLog(ILogger<StoreLog> logger, StoreMetrics metrics)
{
    /// <summary>What is measured of stores.</summary>
    public StoreMetrics Metrics => metrics;

    /// <summary>Tells what happens to <paramref name="store"/>.</summary>
    public StoreNotice NoticeOf(IObjectStore store) => new()
    {
        Waiting = (problem, _) => Waiting(store.Name, problem),
        Resumed = time => Resumed(store.Name, (long)time.TotalSeconds),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for {Store}: {Problem} Nothing is lost; the run goes on when it answers.")]
    private partial void Waiting(string store, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Store} answers again after {Seconds} s")]
    private partial void Resumed(string store, long seconds);
}
