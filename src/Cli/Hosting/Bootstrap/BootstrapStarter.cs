using System.Net;
using Akka.Actor;
using Akka.Management.Cluster.Bootstrap;
using Akka.Management.Dsl;
using Microsoft.Extensions.Hosting;

namespace KafkaBackup.Cli.Hosting.Bootstrap;

/// <summary>Lets a node look for others, once it can be asked by them and knows its own address among theirs.</summary>
internal sealed class BootstrapStarter(ActorSystem system, NodeSettings settings, HostNames names, IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        await listening.Task.WaitAsync(stoppingToken);
        var self = new UriBuilder(Uri.UriSchemeHttp, (await OwnAddressAsync(stoppingToken)).ToString(), settings.HttpPort).Uri;
        var bootstrap = ClusterBootstrap.Get(system);
        _ = bootstrap.Routes(ManagementRouteProviderSettings.Create(self, readOnly: true)); // Tells it the address; the route is served by this program's own server.
        await bootstrap.Start();
    }

    /// <summary>The address that the service's name has for this node: where it listens, or, where that is everywhere, what its own name stands for.</summary>
    private async Task<IPAddress> OwnAddressAsync(CancellationToken cancellation)
    {
        if (IPAddress.TryParse(settings.HttpHost, out var listens) && !listens.Equals(IPAddress.Any) && !listens.Equals(IPAddress.IPv6Any))
        {
            return listens;
        }

        while (true)
        {
            if (await names.ResolveAsync(settings.PublicHost, cancellation) is [var address, ..])
            {
                return address;
            }

            await Task.Delay(LookPause, clock, cancellation);
        }
    }
}
