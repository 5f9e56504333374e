using System.Security.Cryptography;
using System.Text.Json;
using KafkaBackup.ObjectStores.Gcs;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Gcs;

/// <summary>Which credentials go out, to whom, and what is said where there are none.</summary>
public sealed class GcsCredentialsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_service_account_gets_a_token_and_sends_it_with_every_request()
    {
        await using var server = new FakeGcs(request => request.Target == "/token" ? Token : FakeGcs.Content("1", """{"generation":"1","size":"1"}"""));
        using var store = server.Open(credentials: KeyFile(server.Endpoint));

        await store.GetAsync("b/x");
        await store.PutAsync("b/x", "x");

        Assert.Equal(["/token", "GET", "POST"], server.Requests.Select(request => request.Target == "/token" ? request.Target : request.Method));
        Assert.All(server.Requests.Skip(1), request => Assert.Equal("Bearer token-of-the-fake", request.Header("Authorization")));
    }

    [Fact]
    public async Task An_address_elsewhere_for_an_upload_does_not_get_the_token()
    {
        await using var elsewhere = new FakeServer(_ => FakeGcs.Written("1"));
        await using var server = new FakeGcs(request => request.Target == "/token" ? Token : new FakeAnswer { Headers = $"Location: {elsewhere.Endpoint}/session\r\n" });
        using var store = server.Open(FakeServer.Quick with { MultipartThreshold = 0 }, KeyFile(server.Endpoint));

        await store.PutAsync("b/x", "content");

        Assert.Null(Assert.Single(elsewhere.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task That_nobody_gives_tokens_is_not_said_of_the_store()
    {
        await using var server = new FakeGcs(_ => FakeGcs.Content("1", "x"));
        using var store = server.Open(credentials: KeyFile("http://127.0.0.1:1"));

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.Contains("whoever gives tokens for Google Cloud Storage does not answer", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsRetryable);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(true)] // Of a Secret, whose author could have a file of this machine sent to an address of his own.
    [InlineData(false)]
    public async Task A_file_that_names_other_files_is_no_credential_where_it_is_somebody_elses(bool isOfSecret)
    {
        await using var thief = new FakeServer(_ => Token);
        var (own, file) = (Path.Combine(_directory, "own"), Path.Combine(_directory, "secrets", "shop", "robot", "key.json"));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(own, "the token of this machine");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["type"] = "external_account",
            ["audience"] = "//iam.googleapis.com/x",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = $"{thief.Endpoint}/token",
            ["credential_source"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["file"] = own },
        }));
        var credentials = new GcsCredentials(
            new GcsStorageSection { Bucket = "b", ServiceAccountPath = file }, name => name == "KAFKA_BACKUP_SECRETS" && isOfSecret ? Path.Combine(_directory, "secrets") : null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://storage.googleapis.com/b/x");

        var failure = await Record.ExceptionAsync(() => credentials.AuthorizeAsync(request, CancellationToken.None));

        Assert.Equal(!isOfSecret, thief.Requests.Count > 0); // So that what is prevented is shown to be possible.
        Assert.Equal(isOfSecret, failure is BackupException);
    }

    [Fact]
    public async Task An_emulator_is_asked_without_credentials()
    {
        await using var server = new FakeGcs(_ => FakeGcs.Content("1", "x"));
        using var store = server.Open();

        await store.GetAsync("b/x");

        Assert.Null(Assert.Single(server.Requests).Header("Authorization"));
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData("http://emulator:1", null, null, true)]
    [InlineData("https://private:1", null, null, true)]
    [InlineData("http://emulator:1", "key.json", null, false)]
    [InlineData("http://emulator:1", null, "adc.json", true)]
    [InlineData("https://private:1", null, "adc.json", false)]
    public void Credentials_are_left_out_only_where_an_endpoint_is_given_and_no_file(string? endpoint, string? file, string? variable, bool areNone)
    {
        var section = new GcsStorageSection { Bucket = "b", Endpoint = endpoint, ServiceAccountPath = file };

        Assert.Equal(areNone, new GcsCredentials(section, name => name == "GOOGLE_APPLICATION_CREDENTIALS" ? variable : null).AreNone);
    }

    [Theory]
    [InlineData(400, "invalid_grant", false)]
    [InlineData(503, "unavailable", true)]
    public async Task A_token_that_is_not_given_is_told(int status, string error, bool isRetryable)
    {
        await using var server = new FakeGcs(_ => FakeAnswer.Json($$"""{"error":"{{error}}","error_description":"words"}""", status));
        using var store = server.Open(credentials: KeyFile(server.Endpoint));

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.Equal(isRetryable, failed.IsRetryable);
        Assert.Contains("no token", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, request => request.Target != "/token");
    }

    [Theory]
    [InlineData("{\"type\": \"service_account\", \"private_key\": \"tOpSeCrEt\", \"client_email\": \"a@b\"}")]
    [InlineData("{\"type\": \"tOpSeCrEt\"}")]
    [InlineData("{\"tOpSeCrEt\": 1}")]
    [InlineData("tOpSeCrEt")]
    public async Task A_file_that_holds_no_credentials_is_refused_and_not_shown(string content)
    {
        var file = Path.Combine(_directory, "key.json");
        await File.WriteAllTextAsync(file, content);
        await using var server = new FakeGcs(_ => FakeGcs.NoPage);
        using var store = server.Open(credentials: file);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.False(failed.IsRetryable);
        Assert.Contains($"{file} holds no credentials", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tOpSeCrEt", failed.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_and_is_nothing_that_passes()
    {
        await using var server = new FakeGcs(_ => FakeGcs.NoPage);
        using var store = server.Open(credentials: Path.Combine(_directory, "missing.json"));

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.PutAsync("b/x", "x", PutCondition.CreateOnly));

        Assert.False(failed.IsRetryable);
        Assert.Contains("missing.json cannot be read", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_content_of_the_file_is_used_without_a_restart_and_the_same_gets_no_new_token()
    {
        var tokens = 0;
        await using var server = new FakeGcs(request => request.Target == "/token" ? TokenCalled($"token-{++tokens}") : FakeGcs.Content("1", """{"generation":"1","size":"1"}"""));
        using var store = server.Open(credentials: KeyFile(server.Endpoint));
        await store.GetAsync("b/x");
        await store.GetAsync("b/x");

        KeyFile(server.Endpoint);
        await store.GetAsync("b/x");

        Assert.Equal(
            ["Bearer token-1", "Bearer token-1", "Bearer token-2"],
            server.Requests.Where(request => request.Target != "/token").Select(request => request.Header("Authorization")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"type\": \"service_acc")]
    public async Task A_file_that_vanishes_is_waited_for(string? content)
    {
        await using var server = new FakeGcs(request => request.Target == "/token" ? Token : FakeGcs.Content("1", """{"generation":"1","size":"1"}"""));
        var file = KeyFile(server.Endpoint);
        using var store = server.Open(credentials: file);
        await store.GetAsync("b/x");
        File.Delete(file);
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content);
        }

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.True(failed.IsRetryable);
        Assert.Contains(file, failed.Message, StringComparison.Ordinal);
        KeyFile(server.Endpoint);
        Assert.NotNull(await store.GetAsync("b/x"));
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/storage")]
    public async Task A_run_survives_that_an_old_key_is_refused_before_the_file_has_the_new_one(string refuses)
    {
        var (isRotated, refused) = (false, 0);
        await using var server = new FakeGcs(request =>
        {
            if (!isRotated || !request.Target.StartsWith(refuses, StringComparison.Ordinal))
            {
                return request.Target == "/token" ? Token : FakeGcs.Content("1", """{"generation":"1","size":"1"}""");
            }

            isRotated = ++refused < 3;
            return refuses == "/token" ? FakeAnswer.Json("""{"error":"invalid_grant"}""", 400) : FakeGcs.Refusal(401, "authError");
        });
        using var store = FakeServer.Patient(server.Open(credentials: KeyFile(server.Endpoint)));
        await store.GetAsync("b/x");
        isRotated = true;
        KeyFile(server.Endpoint); // Whose key the server does not know either, for a while.

        Assert.NotNull(await store.GetAsync("b/x"));
        Assert.Equal(3, refused);
    }

    private static FakeAnswer TokenCalled(string name) =>
        FakeAnswer.Json($$"""{"access_token":"{{name}}","expires_in":3600,"token_type":"Bearer"}""") with { Headers = "Content-Type: application/json\r\n" };

    private static FakeAnswer Token => TokenCalled("token-of-the-fake");

    private string KeyFile(string endpoint)
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(_directory, "key.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["project_id"] = "project",
            ["private_key_id"] = "1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "backup@project.iam.gserviceaccount.com",
            ["client_id"] = "1",
            ["token_uri"] = $"{endpoint}/token",
        }));
        return file;
    }
}
