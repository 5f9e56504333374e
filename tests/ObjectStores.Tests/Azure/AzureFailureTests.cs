using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>What passes is repeated, what does not is told in a sentence, and only one answer means "not there".</summary>
public sealed class AzureFailureTests
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
        FakeAnswer[] failures = [FakeAzure.Refusal(500, "OperationTimedOut"), FakeAzure.Refusal(503, "ServerBusy"), FakeAzure.Refusal(429, "TooManyRequests"), FakeAnswer.Reset];
        var next = 0;
        await using var server = new FakeAzure(request => next < failures.Length ? failures[next++] : Success(request));
        using var store = server.OpenPatient();

        await Calls[call](store);

        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_fails_may_be_retried_later_and_only_a_page_of_a_listing_is_asked_for_again_at_once(string call)
    {
        await using var server = new FakeAzure(_ => FakeAzure.Refusal(503, "ServerBusy"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.True(failed.IsRetryable);
        Assert.Equal(call is "LIST" or "FOLDERS" ? 4 : 1, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_server_that_is_silent_does_not_hold_a_call_for_ever(string call)
    {
        await using var server = new FakeAzure(_ => FakeAnswer.Silence);
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.True(failed.IsRetryable);
        Assert.Contains("nothing was heard", failed.Message, StringComparison.Ordinal);
        Assert.True(failed.Silence > TimeSpan.Zero);
        Assert.Single(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_missing_container_is_not_a_missing_object(string call)
    {
        await using var server = new FakeAzure(_ => FakeAzure.Refusal(404, "ContainerNotFound"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.False(failed.IsRetryable);
        Assert.Contains($"there is no container 'box' at {server.Endpoint}/account. Create it, or correct", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_the_store_does_not_know_is_not_there()
    {
        await using var server = new FakeAzure(_ => FakeAzure.Refusal(404, "BlobNotFound"));
        using var store = server.Open();

        Assert.Null(await store.GetAsync("b/x"));
        Assert.Null(await store.OpenReadAsync("b/x", CancellationToken.None));
        Assert.Null(await store.HeadAsync("b/x", CancellationToken.None));
        await store.DeleteAsync("b/x");
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(404, "<html><body>no such page</body></html>")]
    [InlineData(410, "")]
    public async Task Only_a_store_can_say_that_an_object_is_not_there(int status, string body)
    {
        await using var server = new FakeAzure(_ => FakeAnswer.Ok("x", body) with { Status = status });
        using var store = server.Open();

        foreach (var call in (string[])["GET", "OPEN", "HEAD", "DELETE"])
        {
            Assert.False((await Assert.ThrowsAsync<StorageException>(() => Calls[call](store))).IsRetryable);
        }
    }

    [Theory]
    [InlineData(403, "AuthenticationFailed", "does not accept the credentials. The key is another account's")]
    [InlineData(403, "AuthorizationPermissionMismatch", "Give the identity the role Storage Blob Data Contributor")]
    [InlineData(403, "AuthorizationFailure", "or its network rules do not let this machine in")]
    [InlineData(403, "KeyBasedAuthenticationNotPermitted", "takes no keys")]
    [InlineData(409, "BlobImmutableDueToPolicy", "an immutability policy or a legal hold keeps")]
    [InlineData(412, "LeaseIdMissing", "Break the lease")]
    [InlineData(409, "SnapshotsPresent", "Delete them first")]
    [InlineData(409, "BlobArchived", "archive tier")]
    [InlineData(409, "ContainerBeingDeleted", "is being deleted")]
    [InlineData(501, "NotImplemented", "does not offer this")]
    [InlineData(418, "ShortAndStout", "answered 418 ShortAndStout")]
    public async Task A_refusal_is_final_and_says_what_to_do(int status, string code, string sentence)
    {
        foreach (var call in (string[])["GET", "HEAD", "LIST", "DELETE", "PUT"])
        {
            await using var server = new FakeAzure(_ => FakeAzure.Refusal(status, code));
            using var store = server.Open();

            var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

            Assert.False(failed.IsRetryable);
            Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
            Assert.Contains(call == "LIST" ? "azure://box@account/pre/fix/b/:" : "azure://box@account/pre/fix/b/x:", failed.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>bad gateway</body></html>")]
    public async Task A_proxy_that_cannot_reach_the_store_passes(string body)
    {
        await using var server = new FakeAzure(_ => FakeAnswer.Ok("x", body) with { Status = 502 });
        using var store = server.Open();

        foreach (var call in (string[])["GET", "HEAD", "LIST", "PUT"])
        {
            Assert.True((await Assert.ThrowsAsync<StorageException>(() => Calls[call](store))).IsRetryable);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_may_be_there_later()
    {
        string endpoint;
        await using (var server = new FakeAzure(_ => FakeAnswer.Silence))
        {
            endpoint = server.Endpoint;
        }

        using var store = new AzureObjectStore(AzureLocation.Parse($"azure://box@account?endpoint={endpoint}") with { SasToken = "sig=x" }, FakeServer.Quick);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.True(failed.IsRetryable);
        Assert.Contains($"the connection to {endpoint} failed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_longer()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new FakeAzure(_ =>
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
        await using var server = new FakeAzure(Success);
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(key));
        await Assert.ThrowsAsync<StorageException>(() => store.PutAsync(key, "x"));

        Assert.Empty(server.Requests);
    }

    private static FakeAnswer Success(FakeRequest request) => request.Method switch
    {
        "PUT" => FakeAzure.Created("0x8D1"),
        "DELETE" => new FakeAnswer { Status = 202 },
        _ when FakeAzure.IsListing(request) => FakeAzure.Page(""),
        _ => FakeAzure.Content("0x8D1", "content"),
    };
}
