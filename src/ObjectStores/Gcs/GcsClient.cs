using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>Speaks the JSON API of Cloud Storage: each request is sent once, and what is no success is thrown.</summary>
/// <remarks>
/// Google's own client is not used: it sends small objects in two requests, repeats requests by itself, and gives content only to a stream
/// that it writes to. Its credentials are.
/// </remarks>
internal sealed class GcsClient : IDisposable
{
    private const int LongestRefusal = 64 * 1024;

    private static readonly ProductInfoHeaderValue Product = new("kafka-backup", null);

    private readonly HttpClient _http;
    private readonly GcsCredentials _credentials;
    private readonly Uri _home;
    private readonly string _bucket;

    /// <summary>A client for one bucket.</summary>
    public GcsClient(GcsStorageSection section, GcsCredentials credentials, RemoteTuning tuning)
    {
        _http = RemoteHttp.Client(RemoteHttp.Connections(tuning));
        _credentials = credentials;
        _home = new Uri((section.Endpoint ?? Place).TrimEnd('/') + "/");
        _bucket = Uri.EscapeDataString(section.Bucket);
    }

    /// <summary>Google's own.</summary>
    public static string Place => "https://storage.googleapis.com";

    /// <summary>The address of an object.</summary>
    /// <param name="name">Its whole name.</param>
    /// <param name="query">What is wanted.</param>
    public Uri Object(string name, string query = "") => new(_home, $"storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(name)}{query}");

    /// <summary>The address of the listing of objects.</summary>
    public Uri Objects(string query) => new(_home, $"storage/v1/b/{_bucket}/o{query}");

    /// <summary>The address to upload to.</summary>
    public Uri Upload(string query) => new(_home, $"upload/storage/v1/b/{_bucket}/o{query}");

    /// <summary>Sends a request, and returns when the head of its answer is there.</summary>
    /// <exception cref="GcsRefusal">The answer is neither a success nor, to a part of an upload, that it may go on.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, HttpContent? content, CancellationToken cancellation)
    {
        address = new Uri(_home, address); // One that an answer gave may be relative.
        using var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.UserAgent.Add(Product);
        if (address.Authority == _home.Authority)
        {
            await _credentials.AuthorizeAsync(request, cancellation); // Nobody else is to see a token.
        }

        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.PermanentRedirect)
        {
            return answer;
        }

        using (answer)
        {
            throw await RefusalAsync(answer, cancellation);
        }
    }

    /// <summary>Sends a request and reads its answer.</summary>
    /// <exception cref="GcsRefusal">The answer is no success.</exception>
    public async Task<JsonDocument> AskAsync(HttpMethod method, Uri address, HttpContent? content, CancellationToken cancellation)
    {
        using var answer = await SendAsync(method, address, content, cancellation);
        return await ReadAsync(answer, cancellation);
    }

    /// <summary>Reads an answer.</summary>
    public static async Task<JsonDocument> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        return await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static async Task<GcsRefusal> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var text = await TextAsync(answer, cancellation);
        try
        {
            using var parsed = JsonDocument.Parse(text);
            var error = parsed.RootElement.GetProperty("error");
            var reason = error.TryGetProperty("errors", out var all) && all.GetArrayLength() > 0 && all[0].TryGetProperty("reason", out var word)
                ? word.GetString()
                : null;
            return new GcsRefusal(answer.StatusCode, reason, error.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Of a proxy, or of a download, whose refusals are text.
            return new GcsRefusal(answer.StatusCode, null, text.Contains('<', StringComparison.Ordinal) ? "" : text);
        }
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var buffer = new byte[LongestRefusal];
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return ""; // The status came through.
        }
    }
}
