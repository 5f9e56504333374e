using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>A listener that takes logins by OAUTHBEARER, keeps what it is shown, and refuses it.</summary>
internal sealed class RefusingListener : IAsyncDisposable
{
    public const string Reason = "Access denied to the cluster";

    private const short SaslHandshake = 17, ApiVersions = 18, SaslAuthenticate = 36, AuthenticationFailed = 58;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _shown = new();
    private readonly Task _serving;

    public RefusingListener()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>The first messages of the logins.</summary>
    public IReadOnlyList<string> Shown => [.. _shown];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using var _ = client;
        var stream = client.GetStream();
        try
        {
            while (true)
            {
                var size = new byte[4];
                await stream.ReadExactlyAsync(size, _stop.Token);
                var request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
                await stream.ReadExactlyAsync(request, _stop.Token);
                byte[] answer = [.. request.AsSpan(4, 4), .. Answer(request)]; // The number of the request first.
                await stream.WriteAsync((byte[])[.. Number(answer.Length), .. answer], _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone, or the test is over.
        }
    }

    private byte[] Answer(byte[] request)
    {
        switch (BinaryPrimitives.ReadInt16BigEndian(request))
        {
            case ApiVersions:
                (short Key, short Last)[] apis = [(3, 9), (SaslHandshake, 1), (ApiVersions, 3), (SaslAuthenticate, 1)];
                return BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2)) == 0
                    ? [0, 0, .. Number(apis.Length), .. apis.SelectMany(api => (byte[])[.. Short(api.Key), 0, 0, .. Short(api.Last)])]
                    : [0, 0, (byte)(apis.Length + 1), .. apis.SelectMany(api => (byte[])[.. Short(api.Key), 0, 0, .. Short(api.Last), 0]), .. Number(0), 0];
            case SaslHandshake:
                return [0, 0, .. Number(1), .. Text("OAUTHBEARER")];
            default:
                _shown.Enqueue(Encoding.UTF8.GetString(request)[^(request.Length - Array.IndexOf(request, (byte)'n', 20))..]);
                return [.. Short(AuthenticationFailed), .. Text(Reason), .. Number(0), .. new byte[8]];
        }
    }

    private static byte[] Text(string text) => [.. Short((short)text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Short(short number) => [(byte)(number >> 8), (byte)number];

    private static byte[] Number(int number) => [.. Short((short)(number >> 16)), .. Short((short)number)];
}
