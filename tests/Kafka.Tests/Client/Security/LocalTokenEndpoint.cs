using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>An HTTP server that gives one prepared answer after the other, and keeps what it was asked.</summary>
internal sealed class LocalTokenEndpoint : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<(string Status, string Body)> _answers = new();
    private readonly ConcurrentQueue<(string Head, string Body)> _requests = new();
    private readonly TaskCompletionSource _keptWaiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    public LocalTokenEndpoint()
    {
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/token";
        _serving = ServeAsync();
    }

    public string Url { get; }

    public IReadOnlyList<(string Head, string Body)> Requests => [.. _requests];

    /// <summary>Ends when a request has come that no answer was prepared for.</summary>
    public Task KeptWaiting => _keptWaiting.Task;

    public OAuthSection Section(string? scope = null) =>
        new() { TokenEndpointUrl = Url, ClientId = "backup", ClientSecret = "s3cr+t/:", Scope = scope };

    /// <summary>Prepares an answer. A request without one is kept waiting.</summary>
    public void Answer(string body, string status = "200 OK") => _answers.Enqueue((status, body));

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        var waiting = new List<TcpClient>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                if (!await AnswerAsync(client))
                {
                    waiting.Add(client);
                    _keptWaiting.TrySetResult();
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            waiting.ForEach(client => client.Dispose());
        }
    }

    private async Task<bool> AnswerAsync(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            _requests.Enqueue(await ReadAsync(stream));
            if (!_answers.TryDequeue(out var answer))
            {
                return false;
            }

            var body = Encoding.UTF8.GetBytes(answer.Body);
            var head = $"HTTP/1.1 {answer.Status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
            await stream.WriteAsync(body);
        }
        catch (IOException)
        {
            // Whoever asked has given up.
        }

        client.Dispose();
        return true;
    }

    private static async Task<(string Head, string Body)> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var head = new StringBuilder();
        var length = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            head.Append(line).Append('\n');
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(line["Content-Length:".Length..]);
            }
        }

        var body = new char[length];
        await reader.ReadBlockAsync(body);
        return (head.ToString(), new string(body));
    }
}
