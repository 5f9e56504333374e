using System.Net;
using System.Net.Sockets;
using Akka.Actor.Setup;

namespace KafkaBackup.Cli.Hosting.Bootstrap;

/// <summary>How an actor system looks up names.</summary>
/// <param name="resolve">Gives the addresses of a name.</param>
internal sealed class HostNames(Func<string, CancellationToken, Task<IPAddress[]>> resolve) : Setup
{
    /// <summary>As the machine does.</summary>
    public static HostNames OfMachine => new(Dns.GetHostAddressesAsync);

    /// <summary>The addresses of a name; none when nobody knows it, which may be so for a while after a start.</summary>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await resolve(name, cancellation);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
