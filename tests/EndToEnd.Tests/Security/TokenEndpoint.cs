using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace KafkaBackup.EndToEnd.Tests.Security;

/// <summary>A token endpoint on loopback: it gives unsigned tokens of <c>admin</c> to the client <c>admin</c> with the right secret, and refuses all others.</summary>
internal sealed class TokenEndpoint : IDisposable
{
    public const string Secret = "token-secret";

    private readonly HttpListener _listener = new();

    public TokenEndpoint()
    {
        Url = $"http://127.0.0.1:{FreePort()}/token";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Bodies of the requests, as they came.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Lines of <c>source.security</c> that lead here.</summary>
    public IReadOnlyList<string> Login(string secret = Secret, params IReadOnlyList<string> more) =>
    [
        "security_protocol: SASL_PLAINTEXT", "sasl_mechanism: OAUTHBEARER", $"sasl_oauth_token_endpoint_url: {Url}",
        "sasl_oauth_client_id: admin", $"sasl_oauth_client_secret: {secret}", .. more,
    ];

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Token()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return $"{Part(new { alg = "none" })}.{Part(new { sub = "admin", iat = now, exp = now + 300 })}.";
    }

    private static string Part(object content) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(content)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                Answer(await _listener.GetContextAsync());
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using (var reader = new StreamReader(context.Request.InputStream))
        {
            Requests.Add(reader.ReadToEnd());
        }

        var isKnown = context.Request.Headers["Authorization"] == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:" + Secret));
        context.Response.StatusCode = isKnown ? 200 : 401;
        context.Response.ContentType = "application/json";
        context.Response.Close(isKnown
            ? JsonSerializer.SerializeToUtf8Bytes(new { access_token = Token(), token_type = "Bearer", expires_in = 300 })
            : "{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}"u8.ToArray(), willBlock: false);
    }
}
