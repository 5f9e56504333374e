using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Hosting;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Management;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Cli.Hosting;

/// <summary>What is measured, of runs on one machine and of nodes alike, and how a node shows it.</summary>
internal static class MetricsHosting
{
    /// <summary>How long the keeper of the catalogue is waited for; without it a scrape shows what is known here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Adds the instruments. They cost next to nothing as long as nobody listens.</summary>
    public static IServiceCollection AddMeters(this IServiceCollection services) => services
        .AddSingleton(_ => new Meter("KafkaBackup"))
        .AddSingleton<StoreMetrics>()
        .AddSingleton<WorkerMetrics>()
        .AddSingleton<RunMetrics>();

    /// <summary>Adds the route of a node's numbers.</summary>
    public static void MapNodeMetrics(this WebApplication node, NodeSettings settings)
    {
        var services = node.Services;
        var runs = services.GetRequiredService<RunMetrics>();
        runs.MaxPartitionLabels = settings.MaxPartitionLabels;
        var workers = services.GetRequiredService<WorkerMetrics>();
        workers.Watch(services.GetRequiredService<JournalHealth>());
        workers.Watch(services.GetRequiredService<WorkerNode>());
        var system = services.GetRequiredService<ActorSystem>();
        var cluster = new ClusterMetrics(services.GetRequiredService<Meter>(), system);
        var exporter = new PrometheusExporter(
            services.GetRequiredService<Meter>(), cluster.RefreshAsync, cancellation => AskCatalogueAsync(system, runs, cancellation));
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(exporter.Dispose);
        node.MapMetrics(exporter, settings.MetricsToken.Length == 0 ? [] : [settings.MetricsToken, settings.Token], "/metrics");
    }

    /// <summary>A coordinator may have ended its runs on another node, or before this one was started.</summary>
    private static async Task AskCatalogueAsync(ActorSystem system, RunMetrics runs, CancellationToken cancellation)
    {
        var completed = new Dictionary<BackupId, DateTimeOffset?>();
        string? after = null;
        try
        {
            while (true)
            {
                var page = await ActorRegistry.For(system).Get<ActorKeys.Catalogue>().Ask<BackupList>(new GetBackups(after), Patience, cancellation);
                foreach (var declared in page.Backups)
                {
                    completed[declared.Backup] = declared.Runs.FirstOrDefault(run => run.Outcome == "Completed")?.EndedAt;
                }

                if (!page.HasMore || page.Backups.Count == 0)
                {
                    break;
                }

                after = page.Backups[^1].Backup.Value;
            }

            runs.Know(completed);
        }
        catch (AskTimeoutException)
        {
            // The keeper may be on its way to another node: what was known stands.
        }
    }
}
