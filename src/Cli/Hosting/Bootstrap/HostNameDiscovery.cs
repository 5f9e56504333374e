using Akka.Actor;
using Akka.Discovery;

namespace KafkaBackup.Cli.Hosting.Bootstrap;

/// <summary>Akka's discovery by the addresses of a name. Which port is asked there, the bootstrap knows.</summary>
public sealed class HostNameDiscovery(ExtendedActorSystem system) : ServiceDiscovery
{
    private readonly HostNames _names = system.Settings.Setup.Get<HostNames>().Value;

    /// <inheritdoc />
    public override async Task<Resolved> Lookup(Lookup lookup, TimeSpan resolveTimeout)
    {
        using var limit = new CancellationTokenSource(resolveTimeout);
        var found = await _names.ResolveAsync(lookup.ServiceName, limit.Token);

        // By its text alone: by address Akka would take 10.0.0.12 for 10.0.0.1.
        return new Resolved(lookup.ServiceName, found.Select(address => new ResolvedTarget(address.ToString())));
    }
}
