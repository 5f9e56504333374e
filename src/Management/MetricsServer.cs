using System.Net;
using System.Net.Mime;
using KafkaBackup.Shared.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KafkaBackup.Management;

/// <summary>A small HTTP server for the numbers of a run on one machine. It has no secrets and no orders.</summary>
public sealed class MetricsServer : IAsyncDisposable
{
    private const int MaxConnections = 32;

    /// <summary>How long whoever reads at the end may go on.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly string _path;

    private MetricsServer(WebApplication application, string path) => (_application, _path) = (application, path);

    /// <summary>Where the numbers are.</summary>
    public string Address => _application.Urls.First() + _path;

    /// <summary>Begins to listen.</summary>
    /// <param name="address">The address to listen on.</param>
    /// <param name="port">The port; 0: a free one.</param>
    /// <param name="path">Where the numbers are, beside <c>/metrics</c>.</param>
    /// <param name="exporter">What is written there.</param>
    /// <exception cref="IOException">It cannot be listened there.</exception>
    public static async Task<MetricsServer> StartAsync(IPAddress address, int port, string path, PrometheusExporter exporter)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(address, port);
        });
        builder.Services.AddRoutingCore().AddSingleton<IHostLifetime, NoLifetime>();
        var server = new MetricsServer(builder.Build(), path);
        server._application.UseRouting();
        server._application.MapMetrics(exporter, [], path, MetricsSection.DefaultPath);
        foreach (var health in ((string[])["/health", "/healthz"]).Where(health => health != path))
        {
            server._application.MapGet(health, WriteHealthAsync);
        }

        try
        {
            await server._application.StartAsync();
            return server;
        }
        catch
        {
            await server._application.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Farewell);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    /// <summary>In the words of OSO's tool, which probes may look for.</summary>
    private static Task WriteHealthAsync(HttpContext context)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return context.Response.WriteAsync("""{"status":"healthy"}""", context.RequestAborted);
    }

    /// <summary>Signals are the program's, not the server's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
