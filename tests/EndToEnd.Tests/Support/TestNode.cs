using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A node of a cluster as a process of its own, with a folder and ports of its own.</summary>
internal sealed class TestNode(string root, string seeds, int port, IReadOnlyDictionary<string, string> variables) : IDisposable
{
    private static readonly HttpClient Http = new();
    private readonly int _http = FreePort();
    private CliRun? _run;

    /// <summary>Where commands find it.</summary>
    public string Address => $"127.0.0.1:{_http}";

    /// <summary>What other nodes call it.</summary>
    public string Name => $"127.0.0.1:{port}";

    /// <summary>Its process.</summary>
    public CliRun Run => _run ?? throw new InvalidOperationException("The node was not started.");

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Start()
    {
        _run?.Dispose();
        var own = new Dictionary<string, string>(variables, StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_SEEDS"] = seeds,
            ["KAFKA_BACKUP_PORT"] = $"{port}",
            ["KAFKA_BACKUP_HTTP_PORT"] = $"{_http}",
            ["KAFKA_BACKUP_CATALOG"] = Path.Combine(root, "catalogue"),
            ["KAFKA_BACKUP_DATA_DIR"] = Path.Combine(root, $"node-{port}"),
        };
        own.TryAdd("KAFKA_BACKUP_PBM_PORT", "0");
        _run = CliRun.StartWith(own, root, "node");
    }

    /// <summary>What a route answers; null when nobody does.</summary>
    public async Task<string?> GetAsync(string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Address}/{path}");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await Http.SendAsync(request);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Dispose() => _run?.Dispose();
}
