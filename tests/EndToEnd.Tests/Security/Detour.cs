using System.Net;
using System.Net.Sockets;

namespace KafkaBackup.EndToEnd.Tests.Security;

/// <summary>Leads to a broker from another address of this machine, which the broker's certificate does not name.</summary>
internal sealed class Detour : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Parse("127.0.0.2"), 0);

    public Detour(string target)
    {
        _listener.Start();
        _ = ServeAsync(IPEndPoint.Parse(target.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)));
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(IPEndPoint target)
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await _listener.AcceptTcpClientAsync(), target);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private static async Task PassAsync(TcpClient near, IPEndPoint target)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                await far.ConnectAsync(target);
                await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // One side has gone.
            }
        }
    }
}
