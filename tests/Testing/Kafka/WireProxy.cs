using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.Testing.Kafka;

/// <summary>Stands between clients and a broker on this machine, and changes what is fetched as a test says.</summary>
internal sealed class WireProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Lock _changing = new();
    private readonly int _brokerPort;
    private readonly Action<FetchResponse.Partition> _change;
    private readonly Task _accepting;

    /// <param name="brokerPort">The broker's port.</param>
    /// <param name="change">Gets the answer of each partition in each Fetch response, one at a time.</param>
    public WireProxy(int brokerPort, Action<FetchResponse.Partition> change)
    {
        (_brokerPort, _change) = (brokerPort, change);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>host:port for clients.</summary>
    public string BootstrapServers => _listener.LocalEndpoint.ToString()!;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy is disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        near.NoDelay = far.NoDelay = true;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _brokerPort, end.Token);
            var asked = new ConcurrentQueue<RequestHeader>(); // A broker answers in the order of the requests.
            await await Task.WhenAny(
                PassAsync(near.GetStream(), far.GetStream(), frame => Note(frame, asked), end.Token),
                PassAsync(far.GetStream(), near.GetStream(), frame => Answer(frame, asked), end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the two has left; the other one learns it as its connection is closed.
        }

        await end.CancelAsync();
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, Func<byte[], byte[]> change, CancellationToken cancellation)
    {
        var length = new byte[sizeof(int)];
        while (true)
        {
            await from.ReadExactlyAsync(length, cancellation);
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await from.ReadExactlyAsync(frame, cancellation);
            var changed = change(frame);
            BinaryPrimitives.WriteInt32BigEndian(length, changed.Length);
            await to.WriteAsync(length, cancellation);
            await to.WriteAsync(changed, cancellation);
        }
    }

    private static byte[] Note(byte[] request, ConcurrentQueue<RequestHeader> asked)
    {
        asked.Enqueue(WireFrames.ReadRequestHeader(new WireReader(request)));
        return request;
    }

    private byte[] Answer(byte[] answer, ConcurrentQueue<RequestHeader> asked)
    {
        if (!asked.TryDequeue(out var header) || header is not { Api: not null, Key: ApiKey.Fetch or ApiKey.Metadata or ApiKey.FindCoordinator })
        {
            return answer;
        }

        var response = WireFrames.ReadResponse(new WireReader(answer), header);
        Change(response);
        using var frame = WireFrames.WriteResponse(header, response);
        return frame.Written[sizeof(int)..].ToArray();
    }

    private void Change(IWireStruct response)
    {
        if (response is MetadataResponse metadata)
        {
            metadata.Brokers.ForEach(broker => broker.Port = Port);
        }
        else if (response is FindCoordinatorResponse found)
        {
            found.Port = Port;
            found.Coordinators.ForEach(coordinator => coordinator.Port = Port);
        }
        else if (response is FetchResponse fetched)
        {
            lock (_changing)
            {
                fetched.Topics.ForEach(topic => topic.Partitions.ForEach(_change));
            }
        }
    }
}
