using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Remote;

/// <summary>A bad network before a server: a proxy of the toxiproxy that the environment names.</summary>
internal sealed class Toxiproxy : IAsyncDisposable
{
    private readonly HttpClient _api = new();
    private readonly string _name = $"tests-{Guid.NewGuid():N}";

    public Toxiproxy()
    {
        var url = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_TOXIPROXY");
        Skip.If(url is null, "KAFKA_BACKUP_TEST_TOXIPROXY names no toxiproxy (the address of its API).");
        _api.BaseAddress = new Uri(url!);
    }

    /// <summary>Begins to pass on; returns the address to call instead of <paramref name="server"/>.</summary>
    public async Task<Uri> StartAsync(Uri server)
    {
        using var answer = await PostAsync("/proxies", new { name = _name, listen = "127.0.0.1:0", upstream = server.Authority });
        var listens = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("listen").GetString();
        return new Uri($"{server.Scheme}://{listens}");
    }

    /// <summary>Adds a fault.</summary>
    /// <param name="type">Which.</param>
    /// <param name="stream">What is afflicted: <c>upstream</c> (sent) or <c>downstream</c> (received).</param>
    /// <param name="attributes">How much.</param>
    public async Task AddAsync(string type, string stream, object attributes)
    {
        using var answer = await PostAsync($"/proxies/{_name}/toxics", new { name = $"{type}-{stream}", type, stream, attributes });
    }

    /// <summary>Takes a fault away again.</summary>
    public async Task RemoveAsync(string type, string stream)
    {
        using var answer = await _api.DeleteAsync($"/proxies/{_name}/toxics/{type}-{stream}");
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        using var answer = await _api.DeleteAsync($"/proxies/{_name}");
        _api.Dispose();
    }

    private async Task<HttpResponseMessage> PostAsync(string path, object body)
    {
        var answer = await _api.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
        return answer;
    }
}
