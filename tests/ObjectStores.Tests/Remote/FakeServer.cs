using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.ObjectStores.Tests.Remote;

/// <summary>An HTTP server that answers as a test says, for answers that no real store gives when asked to.</summary>
internal class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<FakeRequest> _requests = new();
    private readonly Func<FakeRequest, FakeAnswer> _answer;
    private readonly Task _serving;

    public FakeServer(Func<FakeRequest, FakeAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>All that were received whole, in order.</summary>
    public IReadOnlyList<FakeRequest> Requests => [.. _requests];

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>No pauses between tries; patient otherwise.</summary>
    public static RemoteTuning Quick { get; } = new() { FirstPause = TimeSpan.Zero };

    /// <summary>The time of the clients: it passes when a server is silent, and as much as they wait at most.</summary>
    public FakeTimeProvider Clock { get; } = new();

    /// <summary>A store as a run has it: with patience, and pauses that take no time.</summary>
    public static RetryingObjectStore Patient(IObjectStore store) =>
        new(store, new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) }), new Random(1));

    public int Count(string method) => _requests.Count(request => request.Method == method);

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
        client.NoDelay = true;
        try
        {
            var stream = client.GetStream();
            while (await ReadAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                var answer = _answer(request);
                if (answer.IsSilence)
                {
                    Clock.Advance(Quick.Inactivity);
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }

                if (answer.IsReset)
                {
                    client.LingerState = new LingerOption(enable: true, seconds: 0); // A reset, not a farewell.
                    return;
                }

                if (answer.IsFarewell)
                {
                    return;
                }

                await stream.WriteAsync(answer.Bytes(request.Method), _stop.Token);
                if (answer.CutAfter is not null && !answer.StaysOpen)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone, or the test is over.
        }
    }

    private async Task<FakeRequest?> ReadAsync(NetworkStream stream)
    {
        var lines = new List<string>();
        while (await LineAsync(stream) is { } line)
        {
            if (line.Length > 0)
            {
                lines.Add(line);
                continue;
            }

            var headers = lines.Skip(1).Select(header => header.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
            if (headers.ContainsKey("Expect"))
            {
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
            }

            var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, _stop.Token);
            var first = lines[0].Split(' ');
            return new FakeRequest(first[0], first[1], headers, body);
        }

        return null;
    }

    private async Task<string?> LineAsync(NetworkStream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
