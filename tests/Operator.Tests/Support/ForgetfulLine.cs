using System.Net;
using System.Net.Sockets;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>A port that leads to a server, until it forgets the connections that there are: they stay open, and nothing passes any more. New ones pass.</summary>
internal sealed class ForgetfulLine : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _forgotten = new();

    public ForgetfulLine(Uri server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"https://{_listener.LocalEndpoint}";

    public void Forget() => Interlocked.Exchange(ref _forgotten, new TaskCompletionSource()).TrySetResult();

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var near = await _listener.AcceptTcpClientAsync(_stop.Token);
            var far = new TcpClient();
            await far.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            var forgotten = _forgotten.Task;
            _ = CarryAsync(near.GetStream(), far.GetStream(), forgotten);
            _ = CarryAsync(far.GetStream(), near.GetStream(), forgotten);
        }
    }

    private async Task CarryAsync(NetworkStream from, NetworkStream to, Task forgotten)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (forgotten.IsCompleted)
            {
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }

        to.Socket.Shutdown(SocketShutdown.Send);
    }
}
