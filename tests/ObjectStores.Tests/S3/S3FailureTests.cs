using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.S3;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>What passes is repeated, what does not is told in a sentence, and only one answer means "not there".</summary>
public sealed class S3FailureTests
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
        FakeAnswer[] failures = [FakeAnswer.Error(500, "InternalError"), FakeAnswer.Error(503, "SlowDown"), FakeAnswer.Reset];
        var next = 0;
        await using var server = new FakeS3(request => next < failures.Length ? failures[next++] : Success(request));
        using var store = server.OpenPatient();

        await Calls[call](store);

        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_fails_may_be_retried_later_and_only_a_page_of_a_listing_is_asked_for_again_at_once(string call)
    {
        await using var server = new FakeS3(_ => FakeAnswer.Error(503, "SlowDown"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.True(failed.IsRetryable);
        Assert.Equal(call is "LIST" or "FOLDERS" ? 4 : 1, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_server_that_is_silent_does_not_hold_a_call_for_ever(string call)
    {
        await using var server = new FakeS3(_ => FakeAnswer.Silence);
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.True(failed.IsRetryable);
        Assert.Contains("nothing was heard", failed.Message, StringComparison.Ordinal);
        Assert.True(failed.Silence > TimeSpan.Zero);
        Assert.Single(server.Requests); // After a minute of silence it is too late for another try, of a page neither.
    }

    [Fact]
    public async Task No_try_begins_after_the_window()
    {
        await using var server = new FakeS3(_ => FakeAnswer.Error(503, "SlowDown"));
        using var store = server.Open(FakeS3.Quick with { RetryWindow = TimeSpan.Zero });

        await Assert.ThrowsAsync<StorageException>(() => store.KeysAsync("b/"));

        Assert.Single(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_missing_bucket_is_not_a_missing_object(string call)
    {
        await using var server = new FakeS3(request => request.Method == "HEAD" ? new FakeAnswer { Status = 404 } : FakeAnswer.Error(404, "NoSuchBucket"));
        using var store = server.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

        Assert.False(failed.IsRetryable);
        Assert.Contains($"there is no bucket 'bucket' at {server.Endpoint}. Create it, or correct", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "AccessDenied", "s3:ListBucket on the bucket, and s3:GetObject")]
    [InlineData(403, "SignatureDoesNotMatch", "The secret key is not the access key's")]
    [InlineData(403, "InvalidAccessKeyId", "does not know the access key")]
    [InlineData(403, "RequestTimeTooSkewed", "clock")]
    [InlineData(400, "ExpiredToken", "Get new credentials")]
    [InlineData(301, "PermanentRedirect", "Give its own region")]
    [InlineData(400, "AuthorizationHeaderMalformed", "Give its own region")]
    [InlineData(418, "ShortAndStout", "418 ShortAndStout")]
    public async Task A_refusal_is_final_and_says_what_to_do(int status, string code, string sentence)
    {
        foreach (var call in (string[])["GET", "HEAD", "LIST", "DELETE", "PUT"])
        {
            await using var server = new FakeS3(request => request.Method == "HEAD" ? new FakeAnswer { Status = status } : FakeAnswer.Error(status, code));
            using var store = server.Open();

            var failed = await Assert.ThrowsAsync<StorageException>(() => Calls[call](store));

            Assert.False(failed.IsRetryable);
            Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
            Assert.Contains(call == "LIST" ? "s3://bucket/pre/fix/b/:" : "s3://bucket/pre/fix/b/x:", failed.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(404, "<html><body>no such page</body></html>")]
    [InlineData(410, "")]
    public async Task Only_a_store_can_say_that_an_object_is_not_there(int status, string body)
    {
        await using var server = new FakeS3(_ => FakeAnswer.Ok("x", body) with { Status = status });
        using var store = server.Open();

        foreach (var call in (string[])["GET", "OPEN", "HEAD"])
        {
            Assert.False((await Assert.ThrowsAsync<StorageException>(() => Calls[call](store))).IsRetryable);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>bad gateway</body></html>")]
    public async Task A_proxy_that_cannot_reach_the_store_passes(string body)
    {
        await using var server = new FakeS3(_ => FakeAnswer.Ok("x", body) with { Status = 502 });
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
        await using (var server = new FakeS3(_ => FakeAnswer.Silence))
        {
            endpoint = server.Endpoint;
        }

        using var store = new S3ObjectStore(S3Location.Parse($"s3://bucket?endpoint={endpoint}") with { AccessKey = "a", SecretKey = "s" }, FakeS3.Quick);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.True(failed.IsRetryable);
        Assert.Contains($"the connection to {endpoint} failed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_longer()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new FakeS3(_ =>
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
        await using var server = new FakeS3(Success);
        using var store = server.Open();

        await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(key));
        await Assert.ThrowsAsync<StorageException>(() => store.PutAsync(key, "x"));

        Assert.Empty(server.Requests);
    }

    private static FakeAnswer Success(FakeRequest request) => request.Target.Contains("list-type", StringComparison.Ordinal)
        ? FakeAnswer.Xml("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
        : FakeAnswer.Ok("tag", request.Method == "GET" ? "content" : "");
}
