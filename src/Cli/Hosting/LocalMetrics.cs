using System.Diagnostics.Metrics;
using System.Net.Sockets;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Management;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The numbers of a run on one machine, over HTTP. That they cannot be served is told, and ends nothing.</summary>
internal sealed partial class LocalMetrics : IAsyncDisposable
{
    private readonly MetricsSection _section;
    private readonly PrometheusExporter _exporter;
    private readonly ILogger<LocalMetrics> _log;
    private MetricsServer? _server;

    private LocalMetrics(MetricsSection section, IServiceProvider services)
    {
        (_section, _log) = (section, services.GetRequiredService<ILogger<LocalMetrics>>());
        services.GetRequiredService<RunMetrics>().MaxPartitionLabels = section.MaxPartitionLabels;
        services.GetRequiredService<WorkerMetrics>().Watch(services.GetRequiredService<JournalHealth>());
        _exporter = new PrometheusExporter(services.GetRequiredService<Meter>());
    }

    /// <summary>Begins to serve, before the run begins.</summary>
    public static async Task<LocalMetrics> StartAsync(MetricsSection section, IServiceProvider services)
    {
        var metrics = new LocalMetrics(section, services);
        try
        {
            metrics._server = await MetricsServer.StartAsync(section.BindAddress, section.Port, section.Path, metrics._exporter);
            metrics.Serving(metrics._server.Address);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            metrics.NotServing($"{section.BindAddress}:{section.Port}", e.Message.TrimEnd('.'));
        }

        return metrics;
    }

    /// <summary>Lets the last numbers be read, until the time for it is over or <paramref name="stopped"/>.</summary>
    public async Task LingerAsync(CancellationToken stopped)
    {
        if (_server is not null && _section.KeepAlive > TimeSpan.Zero)
        {
            await Task.Delay(_section.KeepAlive, TimeProvider.System, stopped).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _exporter.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Metrics are served at {Address}")]
    private partial void Serving(string address);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Metrics cannot be served at {Place}: {Reason}. The run goes on without them; set metrics.port to a free one, or enabled to false")]
    private partial void NotServing(string place, string reason);
}
