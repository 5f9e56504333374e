using Akka.Actor;

namespace KafkaBackup.Management.Pbm;

/// <summary><c>uptime</c>: how long a node has been running.</summary>
/// <param name="system">The actor system of the node.</param>
internal sealed class UptimePalette(ActorSystem system)
{
    /// <summary>Makes it.</summary>
    public PbmPalette Create() => new("uptime", "How long this node has been running.", [
        new PbmVerb("", "Show it, as [days.]hours:minutes:seconds.", (_, _) => new[] { Line() }.ToAsyncEnumerable()),
    ]);

    private PbmLine Line()
    {
        var uptime = TimeSpan.FromSeconds(Math.Floor(system.Uptime.TotalSeconds)).ToString("c");
        return PbmLine.Of(uptime, new KeyValuePair<string, string>("uptime", uptime));
    }
}
