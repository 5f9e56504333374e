using KafkaBackup.ObjectStores.S3;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.S3;

/// <summary>Keys in files: they are read anew for each request, and a store that is told of a new one before the files are is waited for.</summary>
public sealed class S3KeyFileTests : IDisposable
{
    private readonly SecretFolder _folder = new();
    private string _known = "first";

    public S3KeyFileTests() => Mount("first");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_replaced_key_is_used_by_the_next_request()
    {
        await using var server = Server();
        using var store = Open(server);
        Assert.NotNull(await store.GetAsync("b/x"));

        (_known, _) = ("second", Mount("second"));

        Assert.NotNull(await store.GetAsync("b/x"));
        Assert.Equal(["first", "second"], server.Requests.Select(AccessKeyOf));
    }

    [Theory]
    [InlineData("InvalidAccessKeyId")]
    [InlineData("SignatureDoesNotMatch")]
    public async Task A_run_survives_that_the_store_knows_of_a_new_key_before_the_files_have_it(string refusal)
    {
        var refused = 0;
        await using var server = Server(refusal, () =>
        {
            if (++refused == 3)
            {
                Mount("second");
            }
        });
        using var store = FakeS3.Patient(Open(server));
        await store.GetAsync("b/x");

        _known = "second";
        await store.PutAsync("b/x", "content");

        Assert.Equal(["first", "first", "first", "first", "second"], server.Requests.Select(AccessKeyOf));
    }

    [Fact]
    public async Task Keys_that_were_never_the_right_ones_are_refused_at_once()
    {
        _known = "another";
        await using var server = Server();
        using var store = FakeS3.Patient(Open(server));

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.Contains($"does not know the access key. Correct it, or the endpoint. Each try reads '{_folder.At("access")}' and '{_folder.At("secret")}' anew.",
            failed.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Keys_that_stand_in_the_configuration_do_not_become_right_by_waiting()
    {
        await using var server = Server();
        using var store = FakeS3.Patient(new S3ObjectStore(
            new S3StorageSection { Bucket = "bucket", Endpoint = server.Endpoint, PathStyle = true, AccessKey = "first", SecretKey = "s" }, FakeS3.Quick, server.Clock));
        await store.GetAsync("b/x");
        _known = "second";

        await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(null, "with credentials cannot be read: ")]
    [InlineData("\n", "has to hold a key or token, in one line and without blanks. Put it in order.")]
    [InlineData("tOp SeCrEt", "has to hold a key or token, in one line and without blanks. Put it in order.")]
    public async Task A_file_that_vanishes_is_waited_for(string? content, string sentence)
    {
        await using var server = Server();
        using var store = Open(server);
        Mount(content, null);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.True(failed.IsRetryable);
        Assert.Contains($"the file '{_folder.At("access")}' {sentence}", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SeCrEt", failed.ToString(), StringComparison.Ordinal);
        Mount("first");
        Assert.NotNull(await store.GetAsync("b/x"));
    }

    [SkippableTheory]
    [InlineData("nobody", null, "does not know the access key")]
    [InlineData(null, "wrong", "does not accept the signature")]
    public async Task A_real_server_refuses_wrong_keys_and_takes_the_right_ones_as_soon_as_the_files_have_them(string? access, string? secret, string sentence)
    {
        await using var bucket = new S3TestBucket();
        var (rightAccess, rightSecret) = (Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID")!, Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY")!);
        Mount(rightAccess, rightSecret);
        var store = bucket.Open(keyFiles: (_folder.At("access"), _folder.At("secret")));
        await store.PutAsync("b/x", "first");

        Mount(access ?? rightAccess, secret ?? rightSecret);
        foreach (var call in (Func<Task>[])[() => store.PutAsync("b/x", "second"), () => store.GetAsync("b/x"), () => store.HeadAsync("b/x", CancellationToken.None), () => store.KeysAsync("b/")])
        {
            var failed = await Assert.ThrowsAsync<StorageException>(call);
            Assert.True(failed.IsRetryable, failed.Message);
            Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
        }

        Mount(rightAccess, rightSecret);
        await store.PutAsync("b/x", "third");
    }

    private static string? AccessKeyOf(FakeRequest request) => request.Header("Authorization")?.Split("Credential=")[1].Split('/')[0];

    private FakeS3 Server(string refusal = "InvalidAccessKeyId", Action? refused = null) => new(request =>
    {
        if (AccessKeyOf(request) == _known)
        {
            return FakeAnswer.Ok("tag", request.Method == "GET" ? "content" : "");
        }

        refused?.Invoke();
        return FakeAnswer.Error(403, refusal);
    });

    private S3ObjectStore Open(FakeS3 server) => new(
        new S3StorageSection
        {
            Bucket = "bucket",
            Endpoint = server.Endpoint,
            PathStyle = true,
            AccessKeyFile = _folder.At("access"),
            SecretKeyFile = _folder.At("secret"),
            ChecksumMode = ChecksumMode.WhenRequired,
        },
        FakeS3.Quick,
        server.Clock);

    private bool Mount(string access) => Mount(access + "\n", "secret-of-" + access);

    private bool Mount(string? access, string? secret)
    {
        _folder.Mount([.. new[] { ("access", access), ("secret", secret) }.Where(file => file.Item2 is not null).Select(file => (file.Item1, file.Item2!))]);
        return true;
    }
}
