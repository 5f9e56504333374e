using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using KafkaBackup.EmbeddedKafka.Requests;

namespace KafkaBackup.EmbeddedKafka.Net;

/// <summary>Accepts connections on 127.0.0.1 and runs them until it is disposed.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private const int MaxConnections = 1_000;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private readonly EmbeddedBrokerOptions _options;
    private readonly RequestRouter _router;
    private readonly Task _accepting;

    /// <summary>Listens, and answers by the router that <paramref name="route"/> makes for the address that is listened on.</summary>
    public Listener(EmbeddedBrokerOptions options, Func<IPEndPoint, RequestRouter> route)
    {
        _options = options;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, options.Port));
        _socket.Listen(128);
        Endpoint = (IPEndPoint)_socket.LocalEndPoint!;
        _router = route(Endpoint);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where clients connect to.</summary>
    public IPEndPoint Endpoint { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stopping.Token);
                if (_connections.Count >= MaxConnections)
                {
                    client.Dispose();
                    continue;
                }

                Run(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                // The client went away before it was accepted; the next one may not.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Run(Socket client)
    {
        var connection = new Connection(client, _router, _options);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ServeAsync();
        start.SetResult();

        async Task ServeAsync()
        {
            await start.Task;
            await connection.ServeAsync(_stopping.Token);
            _connections.TryRemove(connection, out _);
        }
    }
}
