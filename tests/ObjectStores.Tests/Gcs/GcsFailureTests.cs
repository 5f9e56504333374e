using KafkaBackup.ObjectStores.Gcs;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>What passes is repeated, what does not is told in a sentence, and only a bucket that is there can say "not there".</summary>
public sealed class GcsFailureTests
{
    private static readonly Dictionary<string, Func<IObjectStore, Task>> Calls = new(StringComparer.Ordinal)
    {
        ["GET"] = store => store.GetAsync("b/x"),
        ["OPEN"] = async store => (await store.OpenReadAsync("b/x", CancellationToken.None))?.Dispose(),
        ["HEAD"] = store => store.HeadAsync("b/x", CancellationToken.None),
        ["LIST"] = store => store.KeysAsync("b/"),
        ["FOLDERS"] = store => store.FoldersAsync("b/"),
        ["DELETE"] = store => store.DeleteAsync("b/x"),
        ["PUT"] = store => store.PutAsync("b/x", "content"),
    };

    public static TheoryData<string> Operations => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_passes_is_repeated_until_it_works(string call)
    {
        FakeAnswer[] failures = [FakeGcs.Refusal(500, "backendError"), FakeGcs.Refusal(429, "rateLimitExceeded"), FakeGcs.Refusal(403, "userRateLimitExceeded"), FakeAnswer.Reset];
        var next = 0;
        await using var server = new FakeGcs(request => next < failures.Length ? failures[next++] : Success(request));
        using var store = server.OpenPatient();

        await Calls[call](store);

        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_fails_may_be_retried_later_and_only_a_page_of_a_listing_is_asked_for_again_at_once(string call)
    {
        await using var server = new FakeGcs(_ => FakeGcs.Refusal(503, "backendError"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.True(failed.IsRetryable);
        Assert.Equal(call is "LIST" or "FOLDERS" ? 4 : 1, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_server_that_is_silent_does_not_hold_a_call_for_ever(string call)
    {
        await using var server = new FakeGcs(_ => FakeAnswer.Silence);
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.True(failed.IsRetryable);
        Assert.Contains("nothing was heard", failed.Message, StringComparison.Ordinal);
        Assert.True(failed.Silence > TimeSpan.Zero);
        Assert.Single(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_missing_bucket_is_not_a_missing_object(string call)
    {
        await using var server = new FakeGcs(_ => FakeGcs.Refusal(404, "notFound"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.False(failed.IsRetryable);
        Assert.Contains($"there is no bucket 'bucket' at {server.Endpoint}. Create it, or correct", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_is_not_there_when_its_bucket_is()
    {
        await using var server = new FakeGcs(request => FakeGcs.IsListing(request) ? FakeGcs.NoPage : FakeGcs.Refusal(404, "notFound"));
        using var store = server.Open();

        Assert.Null(await store.GetAsync("b/x"));
        Assert.Null(await store.OpenReadAsync("b/x", CancellationToken.None));
        Assert.Null(await store.HeadAsync("b/x", CancellationToken.None));
        await store.DeleteAsync("b/x");
        Assert.Equal(8, server.Requests.Count);
    }

    [Theory]
    [InlineData(403, "no such page")]
    [InlineData(404, "<html><body>no such page</body></html>")]
    [InlineData(410, "")]
    [InlineData(200, "<html><body>welcome</body></html>")]
    public async Task Only_a_store_can_say_that_an_object_is_not_there(int status, string body)
    {
        await using var server = new FakeGcs(request => FakeGcs.IsListing(request) ? FakeAnswer.Json(body, status) : FakeAnswer.Json("", 404));
        using var store = server.Open();

        foreach (var call in (string[])["GET", "OPEN", "HEAD", "DELETE"])
        {
            await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));
        }
    }

    [Theory]
    [InlineData(401, "authError", "does not accept the credentials. Correct storage.service_account_path")]
    [InlineData(403, "forbidden", "Give the account storage.objects.list, get, create and delete on the bucket")]
    [InlineData(403, "accountDisabled", "Set its billing right")]
    [InlineData(403, "retentionPolicyNotMet", "a retention policy or a hold keeps")]
    [InlineData(400, "invalid", "answered 400 invalid: words that nobody reads")]
    [InlineData(409, "conflict", "answered 409 conflict")]
    [InlineData(501, "notImplemented", "does not offer this")]
    public async Task A_refusal_is_final_and_says_what_to_do(int status, string reason, string sentence)
    {
        foreach (var call in (string[])["GET", "HEAD", "LIST", "DELETE", "PUT"])
        {
            await using var server = new FakeGcs(_ => FakeGcs.Refusal(status, reason));
            using var store = server.Open();

            var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

            Assert.False(failed.IsRetryable);
            Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
            Assert.Contains(call == "LIST" ? "gs://bucket/pre/fix/b/:" : "gs://bucket/pre/fix/b/x:", failed.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>bad gateway</body></html>")]
    public async Task A_proxy_that_cannot_reach_the_store_passes(string body)
    {
        await using var server = new FakeGcs(_ => FakeAnswer.Json(body, 502));
        using var store = server.Open();

        foreach (var call in (string[])["GET", "HEAD", "LIST", "PUT"])
        {
            var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));
            Assert.True(failed.IsRetryable);
            Assert.DoesNotContain("<html>", failed.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_may_be_there_later()
    {
        string endpoint;
        await using (var server = new FakeGcs(_ => FakeAnswer.Silence))
        {
            endpoint = server.Endpoint;
        }

        using var store = new GcsObjectStore(GcsLocation.Parse($"gs://bucket?endpoint={endpoint}"), FakeServer.Quick);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.True(failed.IsRetryable);
        Assert.Contains($"the connection to {endpoint} failed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_longer()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new FakeGcs(_ =>
        {
            cancellation.Cancel();
            return FakeAnswer.Reset;
        });
        using var store = server.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync("b/x", cancellation.Token));
    }

    [Theory]
    [InlineData("/b/x")]
    [InlineData("b//x")]
    [InlineData("b/../x")]
    [InlineData("b/./x")]
    [InlineData("b/x/")]
    public async Task Keys_that_a_proxy_would_take_for_others_are_refused(string key)
    {
        await using var server = new FakeGcs(Success);
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(key));
        await Assert.ThrowsAsync<StorageException>(() => store.PutAsync(key, "x"));

        Assert.Empty(server.Requests);
    }

    private static FakeAnswer Success(FakeRequest request) =>
        FakeGcs.IsListing(request) ? FakeGcs.NoPage : FakeGcs.Content("7", """{"generation":"7","size":"7"}""");
}
