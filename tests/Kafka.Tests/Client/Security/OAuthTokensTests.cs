using System.Buffers.Text;
using System.Text;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

public sealed class OAuthTokensTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);
    private readonly LocalTokenEndpoint _endpoint = new();
    private readonly OAuthTokens _tokens;

    public OAuthTokensTests() => _tokens = Tokens(_endpoint.Section());

    public async ValueTask DisposeAsync()
    {
        _tokens.Dispose();
        await _endpoint.DisposeAsync();
    }

    [Fact]
    public async Task Id_and_secret_are_sent_as_they_are_and_the_scope_as_a_form()
    {
        _endpoint.Answer("""{"access_token":"first"}""");
        using var tokens = Tokens(_endpoint.Section("read write"));

        Assert.Equal("first", await TextAsync(tokens));

        var (head, body) = Assert.Single(_endpoint.Requests);
        Assert.StartsWith("POST /token HTTP/1.1\n", head, StringComparison.Ordinal);
        var credentials = Convert.ToBase64String("backup:s3cr+t/:"u8);
        Assert.Contains($"Authorization: Basic {credentials}\n", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/x-www-form-urlencoded\n", head, StringComparison.Ordinal);
        Assert.Equal("grant_type=client_credentials&scope=read+write", body);
    }

    [Fact]
    public async Task Without_a_scope_none_is_sent()
    {
        _endpoint.Answer("""{"access_token":"first"}""");

        await TextAsync(_tokens);

        Assert.Equal("grant_type=client_credentials", Assert.Single(_endpoint.Requests).Body);
    }

    [Theory]
    [InlineData("3600")]
    [InlineData("\"3600\"")]
    public async Task A_token_is_shared_for_four_fifths_of_its_life(string lifetime)
    {
        _endpoint.Answer($$"""{"access_token":"first","expires_in":{{lifetime}}}""");
        _endpoint.Answer($$"""{"access_token":"second","expires_in":{{lifetime}}}""");

        Assert.Equal(("first", true), await TokenAsync(_tokens));
        _clock.Advance(TimeSpan.FromSeconds(2879));
        Assert.Equal(("first", false), await TokenAsync(_tokens));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("second", true), await TokenAsync(_tokens));
    }

    [Fact]
    public async Task Without_a_lifetime_in_the_answer_that_of_the_token_counts()
    {
        _endpoint.Answer($$"""{"access_token":"{{Jwt(Now.AddSeconds(1000))}}"}""");
        _endpoint.Answer("""{"access_token":"second"}""");

        await TextAsync(_tokens);
        _clock.Advance(TimeSpan.FromSeconds(799));
        Assert.Equal(Jwt(Now.AddSeconds(1000)), await TextAsync(_tokens));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second", await TextAsync(_tokens));
    }

    [Theory]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("a.bnVsbA.c")]
    [InlineData("a.eyJleHAiOjFlMzAwfQ.c")]
    public async Task A_token_whose_end_nobody_knows_is_used_once(string text)
    {
        _endpoint.Answer($$"""{"access_token":"{{text}}"}""");
        _endpoint.Answer("""{"access_token":"second"}""");

        Assert.Equal(text, await TextAsync(_tokens));
        Assert.Equal("second", await TextAsync(_tokens));
    }

    [Fact]
    public async Task Connections_that_come_at_once_ask_once()
    {
        _endpoint.Answer("""{"access_token":"first","expires_in":3600}""");

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TokenAsync(_tokens)));

        Assert.All(all, one => Assert.Equal("first", one.Text));
        Assert.Single(all, one => one.IsNew);
        Assert.Single(_endpoint.Requests);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_replaced_and_a_newer_one_is_left()
    {
        _endpoint.Answer("""{"access_token":"first","expires_in":3600}""");
        _endpoint.Answer("""{"access_token":"second","expires_in":3600}""");
        var (first, _) = await _tokens.GetAsync(CancellationToken.None);

        _tokens.Forget(first);
        Assert.Equal("second", await TextAsync(_tokens));
        _tokens.Forget(first);
        Assert.Equal("second", await TextAsync(_tokens));
    }

    [Fact]
    public async Task While_the_endpoint_is_away_a_token_is_used_until_it_expires()
    {
        _endpoint.Answer("""{"access_token":"first","expires_in":1000}""");
        _endpoint.Answer("", "503 Service Unavailable");
        _endpoint.Answer("", "503 Service Unavailable");
        await TextAsync(_tokens);

        _clock.Advance(TimeSpan.FromSeconds(999));
        Assert.Equal(("first", false), await TokenAsync(_tokens));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<BackupException>(() => TextAsync(_tokens));
    }

    [Fact]
    public async Task A_refusal_tells_endpoint_status_and_reason_and_not_the_secret()
    {
        _endpoint.Answer("""{"error":"invalid_client","error_description":"backup with s3cr+t/: is not known"}""", "401 Unauthorized");

        Assert.Equal(
            (false, $"{_endpoint.Url} gives no usable token: HTTP 401 Unauthorized: invalid_client: backup with *** is not known. "
                + "Check sasl_oauth_token_endpoint_url, sasl_oauth_client_id, sasl_oauth_client_secret and sasl_oauth_scope."),
            await FailureAsync(_tokens));
    }

    [Theory]
    [InlineData("<html>", "200 OK", "its answer is not JSON", false)]
    [InlineData("[]", "200 OK", "its answer is not JSON", false)]
    [InlineData("", "200 OK", "its answer is not JSON", false)]
    [InlineData("{}", "200 OK", "its answer holds no access_token", false)]
    [InlineData("""{"access_token":7}""", "200 OK", "its answer holds no access_token", false)]
    [InlineData("""{"access_token":"\ud800"}""", "200 OK", "its answer holds no access_token", false)]
    [InlineData("""{"access_token":"a\u0001auth=Bearer b"}""", "200 OK", "its access_token holds what no token may", false)]
    [InlineData("moved", "302 Found", "HTTP 302 Found. ", false)]
    [InlineData("{}", "500 Internal Server Error", "HTTP 500 InternalServerError. ", true)]
    [InlineData("slow down", "429 Too Many Requests", "HTTP 429 TooManyRequests. ", true)]
    public async Task What_is_no_token_is_told(string body, string status, string reason, bool isRetryable)
    {
        _endpoint.Answer(body, status);

        var failure = await FailureAsync(_tokens);

        Assert.Contains($"{_endpoint.Url}", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Sentence, StringComparison.Ordinal);
        Assert.Equal(isRetryable, failure.IsRetryable);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_is_told()
    {
        using var tokens = new OAuthTokens(new TokenEndpoint(_endpoint.Section(), _clock, TimeSpan.FromMilliseconds(1)), _clock);

        var failure = await FailureAsync(tokens);

        Assert.True(failure.IsRetryable);
        Assert.StartsWith($"No token can be had from {_endpoint.Url}: no answer came within 0.001 s. ", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_reached_is_told()
    {
        await _endpoint.DisposeAsync();

        var failure = await FailureAsync(_tokens);

        Assert.True(failure.IsRetryable);
        Assert.StartsWith($"No token can be had from {_endpoint.Url}: Connection refused", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_leaves_the_others_their_turn()
    {
        using var cancellation = new CancellationTokenSource();
        var first = _tokens.GetAsync(cancellation.Token);
        var second = _tokens.GetAsync(CancellationToken.None);
        await _endpoint.KeptWaiting;
        _endpoint.Answer("""{"access_token":"second","expires_in":3600}""");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("second", (await second).Token.Text);
    }

    [Fact]
    public void A_token_does_not_print_itself()
    {
        Assert.DoesNotContain("t0ken", OAuthToken.Of("t0ken", Now, Now).ToString(), StringComparison.Ordinal);
    }

    private static string Jwt(DateTimeOffset end)
    {
        var claims = Encoding.ASCII.GetBytes($$"""{"sub":"backup","exp":{{end.ToUnixTimeSeconds()}}}""");
        return $"e30.{Base64Url.EncodeToString(claims)}.c2ln";
    }

    private OAuthTokens Tokens(OAuthSection section) => new(new TokenEndpoint(section, _clock), _clock);

    private static async Task<string> TextAsync(OAuthTokens tokens) => (await TokenAsync(tokens)).Text;

    private static async Task<(string Text, bool IsNew)> TokenAsync(OAuthTokens tokens)
    {
        var (token, isNew) = await tokens.GetAsync(CancellationToken.None);
        return (token.Text, isNew);
    }

    private static async Task<(bool IsRetryable, string Sentence)> FailureAsync(OAuthTokens tokens)
    {
        var failure = await Assert.ThrowsAsync<BackupException>(() => TextAsync(tokens));
        Assert.Equal(FailureKind.Source, failure.Kind);
        return (failure.IsRetryable, failure.Message);
    }
}
