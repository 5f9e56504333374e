using System.Net;
using System.Net.Mime;
using KafkaBackup.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KafkaBackup.Management;

/// <summary>A small HTTP server that tells probes whether a program that is no node lives and works. It has no secrets and no orders.</summary>
public sealed class HealthServer : IAsyncDisposable
{
    private const int MaxConnections = 32;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;

    private HealthServer(WebApplication application) => _application = application;

    /// <summary>Where it listens.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Begins to listen.</summary>
    /// <param name="listen">The address and port; port 0: a free one.</param>
    /// <param name="whyNotReady">What keeps the program from work; null: nothing.</param>
    /// <exception cref="BackupException">It cannot be listened there.</exception>
    public static async Task<HealthServer> StartAsync(IPEndPoint listen, Func<string?> whyNotReady)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(listen);
        });
        builder.Services.AddRoutingCore().AddSingleton<IHostLifetime, NoLifetime>();
        var server = new HealthServer(builder.Build());
        server._application.UseRouting();
        server._application.MapGet("/health/live", context => WriteAsync(context, StatusCodes.Status200OK, "live"));
        server._application.MapGet("/health/ready", context => whyNotReady() is { } problem
            ? WriteAsync(context, StatusCodes.Status503ServiceUnavailable, problem)
            : WriteAsync(context, StatusCodes.Status200OK, "ready"));
        try
        {
            await server._application.StartAsync();
            return server;
        }
        catch (IOException e)
        {
            await server._application.DisposeAsync();
            throw new BackupException(FailureKind.Configuration, $"Cannot listen on {listen} for probes: {e.GetBaseException().Message.TrimEnd('.')}. Give another --listen.", e);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Farewell);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Text.Plain;
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    /// <summary>Signals are the program's, not the server's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
