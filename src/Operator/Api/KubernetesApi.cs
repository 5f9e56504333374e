using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Exceptions;
using KafkaBackup.Shared;

namespace KafkaBackup.Operator.Api;

/// <summary>Requests to a Kubernetes API server, by objects as they are in JSON.</summary>
/// <remarks>Where it is and who we are is the library's to know: in a pod by its service account, whose token is read anew as it changes, elsewhere by <c>$KUBECONFIG</c>.
/// Requests are our own, as the library's watch ends without a word.</remarks>
public sealed class KubernetesApi : IDisposable
{
    /// <summary>Who is told to have set a field.</summary>
    public const string FieldManager = "kafka-backup-operator";

    /// <summary>How many objects one answer lists.</summary>
    private const int PageSize = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A connection on which nothing comes for so long, not even an answer to a ping, is a dead one.</summary>
    private static readonly TimeSpan PingPause = TimeSpan.FromSeconds(10);

    private readonly Kubernetes _client;

    private KubernetesApi(Kubernetes client) => _client = client;

    /// <summary>Where the API server is.</summary>
    public string Address => _client.BaseUri.GetLeftPart(UriPartial.Authority);

    /// <summary>Makes a client; it opens no connection.</summary>
    /// <param name="kubeconfig">The file that says where it is and who we are; null: by <c>$KUBECONFIG</c>, the pod's service account, or <c>~/.kube/config</c>.</param>
    /// <exception cref="BackupException">Neither says so.</exception>
    public static KubernetesApi Connect(string? kubeconfig)
    {
        try
        {
            var configuration = KubeConfiguration.Read(kubeconfig);
            configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan; // A watch has no end; the others have one of their own.
            configuration.FirstMessageHandlerSetup = handler =>
                (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout, handler.ConnectTimeout) = (PingPause, PingPause, PingPause);
            return new KubernetesApi(new Kubernetes(configuration));
        }
        catch (Exception e) when (e is KubeConfigException or KubernetesClientException or IOException or UnauthorizedAccessException or JsonException or FormatException
            or YamlDotNet.Core.YamlException)
        {
            throw new BackupException(FailureKind.Configuration,
                $"There is no way to a Kubernetes API server: {e.Message.TrimEnd('.')}. In a pod it is its service account; elsewhere give --kubeconfig, or set KUBECONFIG.", e);
        }
    }

    /// <summary>An object; null when there is none.</summary>
    /// <exception cref="KubernetesException">Whether there is one is not known.</exception>
    public async Task<JsonObject?> GetAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, null, cancellation);
        }
        catch (KubernetesException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All objects at a path.</summary>
    /// <exception cref="KubernetesException">They cannot be had.</exception>
    public Task<ObjectList> ListAsync(string path, CancellationToken cancellation) => ListAsync(path, null, cancellation);

    /// <summary>Those objects at a path that have a label.</summary>
    /// <exception cref="KubernetesException">They cannot be had.</exception>
    public async Task<ObjectList> ListAsync(string path, string? label, CancellationToken cancellation)
    {
        var selector = label is null ? "" : $"&labelSelector={Uri.EscapeDataString(label)}";
        var items = new List<JsonObject>();
        string? next = null;
        while (true)
        {
            var page = await SendAsync(HttpMethod.Get, $"{path}?limit={PageSize}{selector}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}", null, null, cancellation);
            items.AddRange(page["items"]?.AsArray().OfType<JsonObject>() ?? []);
            next = (string?)page["metadata"]?["continue"];
            if (string.IsNullOrEmpty(next))
            {
                return new ObjectList(items, (string?)page["metadata"]?["resourceVersion"] ?? "");
            }
        }
    }

    /// <summary>What changes at a path, until the server ends it.</summary>
    /// <param name="path">The path of a list.</param>
    /// <param name="version">The moment after which.</param>
    /// <param name="duration">After how long the server ends it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="KubernetesException">It ended with an error, such as that the moment is too long ago.</exception>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(string path, string version, TimeSpan duration, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(duration + Patience); // What stands between may forget a connection, so that neither an event comes any more nor the end.
        using var response = await BeginWatchAsync(path, version, duration, limit.Token, cancellation);
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        using var reader = new StreamReader(content);
        while (await ReadLineAsync(reader, path, limit.Token, cancellation) is { } line)
        {
            var told = Parse(line, path);
            var (type, subject) = ((string?)told["type"] ?? "", told["object"] as JsonObject ?? []);
            yield return type == "ERROR"
                ? throw new KubernetesException($"The watch of {path} ended: {subject["message"]}", (HttpStatusCode?)(int?)subject["code"])
                : new WatchEvent(type, subject);
        }
    }

    /// <summary>Makes an object, or the fields of one that are ours, what <paramref name="wanted"/> says; fields that were ours and are not in it go (server-side apply).</summary>
    /// <exception cref="KubernetesException">It was refused, or whether it was done is not known.</exception>
    public Task<JsonObject> ApplyAsync(string path, JsonObject wanted, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}&force=true", wanted, "application/apply-patch+yaml", cancellation);

    /// <summary>Changes the fields that <paramref name="change"/> has (JSON merge patch); with a <c>resourceVersion</c> in it only if the object is still that.</summary>
    /// <exception cref="KubernetesException">It was refused, or whether it was done is not known.</exception>
    public Task<JsonObject> MergeAsync(string path, JsonObject change, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}", change, "application/merge-patch+json", cancellation);

    /// <summary>Makes a new object.</summary>
    /// <exception cref="KubernetesException">It was refused, is there already (<see cref="KubernetesException.IsConflict"/>), or whether it was done is not known.</exception>
    public Task<JsonObject> CreateAsync(string path, JsonObject made, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"{path}?fieldManager={FieldManager}", made, "application/json", cancellation);

    /// <summary>Deletes an object, and first what it owns.</summary>
    /// <exception cref="KubernetesException">It was refused, there is none, or whether it was done is not known.</exception>
    public Task DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, $"{path}?propagationPolicy=Foreground", null, null, cancellation);

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject? body, string? type, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await ReceiveAsync(method, path, body, type, patience.Token);
            return Parse(await response.Content.ReadAsStringAsync(patience.Token), path);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Silent(path, $"nothing came for {Patience.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Silent(path, e.GetBaseException().Message, e);
        }
    }

    private async Task<HttpResponseMessage> BeginWatchAsync(string path, string version, TimeSpan duration, CancellationToken limit, CancellationToken cancellation)
    {
        try
        {
            return await ReceiveAsync(
                HttpMethod.Get, $"{path}?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(version)}&timeoutSeconds={(int)duration.TotalSeconds}", null, null, limit);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Silent(path, e.GetBaseException().Message, e); // Also a connection that did not come about in time.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Silent(path, e.GetBaseException().Message, e); // A refusal that was cut off.
        }
    }

    private async Task<HttpResponseMessage> ReceiveAsync(HttpMethod method, string path, JsonObject? body, string? type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(_client.BaseUri, path))
        {
            Version = HttpVersion.Version20, // Only there are pings.
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse(type!));
        HttpResponseMessage response;
        try
        {
            if (_client.Credentials is { } credentials)
            {
                await credentials.ProcessHttpRequestAsync(request, cancellation);
            }

            response = await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw Silent(path, e.GetBaseException().Message, e); // Credentials fail in ways of their own, as those that a program gives.
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellation);
            throw new KubernetesException($"The Kubernetes API server refuses {method} {PathOnly(path)} with {(int)response.StatusCode}: {ReasonIn(text)}", response.StatusCode);
        }
    }

    private KubernetesException Silent(string path, string reason, Exception cause) =>
        new($"The Kubernetes API server {Address} does not answer for {PathOnly(path)}: {reason.TrimEnd('.')}.", null, cause);

    private static string PathOnly(string path) => path.IndexOf('?', StringComparison.Ordinal) is var end and >= 0 ? path[..end] : path;

    private static async Task<string?> ReadLineAsync(StreamReader reader, string path, CancellationToken limit, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(limit);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new KubernetesException($"The watch of {path} did not end when it should have: its connection is lost.", null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new KubernetesException($"The watch of {path} was cut off: {e.GetBaseException().Message.TrimEnd('.')}.", null, e);
        }
    }

    private static string ReasonIn(string answer)
    {
        try
        {
            return (string?)JsonNode.Parse(answer)?["message"] ?? answer;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return answer;
        }
    }

    private static JsonObject Parse(string text, string path)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException e)
        {
            throw new KubernetesException($"What came for {PathOnly(path)} is no answer of a Kubernetes API server: {e.Message}", null, e);
        }
    }
}
