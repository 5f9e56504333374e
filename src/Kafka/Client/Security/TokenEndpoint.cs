using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Asks for tokens with id and secret of a client (RFC 6749 4.4).</summary>
internal sealed class TokenEndpoint : ITokenSource
{
    private const int LargestAnswer = 1024 * 1024;

    private const string CheckCredentials =
        "Check sasl_oauth_token_endpoint_url, sasl_oauth_client_id, sasl_oauth_client_secret and sasl_oauth_scope.";

    private const string CheckReach =
        "Check sasl_oauth_token_endpoint_url, that it can be reached from here, and that this system trusts its certificate.";

    private readonly OAuthSection _oauth;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    /// <summary>Makes the client of an endpoint.</summary>
    /// <param name="oauth">Where it is, and what it asks for.</param>
    /// <param name="clock">Tells from when on a token has its lifetime.</param>
    /// <param name="patience">How long an answer may take. Default: 10 s.</param>
    public TokenEndpoint(OAuthSection oauth, TimeProvider clock, TimeSpan? patience = null)
    {
        (_oauth, _clock) = (oauth, clock);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // Nobody but the endpoint is to be shown the secret.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1), // Its address may have changed until the next token.
        })
        {
            Timeout = patience ?? TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    /// <summary>Where it is.</summary>
    public string Url => _oauth.TokenEndpointUrl;

    /// <inheritdoc/>
    public async Task<OAuthToken> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            using var request = Request();
            using var answer = await _http.SendAsync(request, cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return answer.IsSuccessStatusCode ? Read(body) : throw Refused(answer.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            throw Unavailable(e.GetBaseException().Message, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Unavailable($"no answer came within {_http.Timeout.TotalSeconds:0.###} s", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request()
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials" };
        if (!string.IsNullOrEmpty(_oauth.Scope))
        {
            form["scope"] = _oauth.Scope;
        }

        // Id and secret go in as they are. RFC 6749 2.3.1 wants them url-encoded before; Kafka's clients do not do that, and endpoints that
        // were set up with them expect what they send.
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_oauth.ClientId}:{_oauth.ClientSecret}"));
        var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private OAuthToken Read(byte[] body)
    {
        using var json = Parse(body) ?? throw Unusable("its answer is not JSON");
        if (TextOf(json, "access_token") is not { Length: > 0 } text)
        {
            throw Unusable("its answer holds no access_token");
        }

        if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Unusable("its access_token holds what no token may"); // It goes to brokers between control characters.
        }

        var now = _clock.GetUtcNow();
        return OAuthToken.Of(text, now, NumberOf(json, "expires_in") is { } seconds ? Later(now, seconds) : JwtLifetime.EndOf(text));
    }

    private BackupException Refused(HttpStatusCode status, byte[] body)
    {
        using var json = Parse(body);
        var said = json is null ? null : string.Join(": ", new[] { TextOf(json, "error"), TextOf(json, "error_description") }.OfType<string>());
        var reason = $"HTTP {(int)status} {status}{SaslFailures.Because(said?.Replace(_oauth.ClientSecret, "***", StringComparison.Ordinal))}";
        return (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            ? Unavailable(reason, null)
            : Unusable(reason);
    }

    private BackupException Unusable(string reason) =>
        new(FailureKind.Source, $"{Url} gives no usable token: {reason}. {CheckCredentials}");

    private BackupException Unavailable(string reason, Exception? cause) =>
        new(FailureKind.Source, $"No token can be had from {Url}: {reason.TrimEnd('.')}. {CheckReach}", cause) { IsRetryable = true };

    private static JsonDocument? Parse(byte[] body)
    {
        try
        {
            var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonDocument json, string name)
    {
        try
        {
            return json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // It is no text that Unicode knows.
        }
    }

    /// <summary>A number, which some endpoints write as a text.</summary>
    private static double? NumberOf(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && double.TryParse(value.GetRawText().Trim('"'), out var number) && number > 0
            ? number
            : null;

    /// <summary>A year at most: beyond that it does not matter, and numbers have their ends.</summary>
    private static DateTimeOffset Later(DateTimeOffset now, double seconds) =>
        now.AddSeconds(Math.Min(seconds, TimeSpan.FromDays(365).TotalSeconds));
}
