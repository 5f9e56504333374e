using System.Security.Cryptography;
using System.Text;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.Tests.Remote;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>Keys and tokens in files: they are read anew for each request, and a store that is told of a new one before the files are is waited for.</summary>
public sealed class AzureSecretFileTests : IDisposable
{
    private readonly SecretFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_replaced_token_is_used_by_the_next_request()
    {
        _folder.Mount(("sas", "sv=1&sig=first\n"));
        await using var server = new FakeAzure(_ => FakeAzure.Content("1", "x"));
        using var store = Open(server, section => section with { SasTokenFile = _folder.At("sas") });
        await store.GetAsync("b/x");

        _folder.Mount(("sas", "?sv=1&sig=second\n"));
        await store.GetAsync("b/x");

        Assert.Equal(["first", "second"], server.Requests.Select(request => request.Query("sig")));
    }

    [Fact]
    public async Task A_replaced_key_signs_the_next_request()
    {
        _folder.Mount(("key", Key("first") + "\n"));
        await using var server = new FakeAzure(_ => FakeAzure.Content("1", "x"));
        using var store = Open(server, section => section with { AccountKeyFile = _folder.At("key") });
        await store.GetAsync("b/x");

        _folder.Mount(("key", Key("second")));
        await store.GetAsync("b/x");

        Assert.Collection(server.Requests, request => AssertSigned("first", request), request => AssertSigned("second", request));
    }

    [Theory]
    [InlineData("AuthenticationFailed")]
    [InlineData("AuthorizationFailure")]
    public async Task A_run_survives_that_the_store_knows_of_a_new_token_before_the_file_has_it(string refusal)
    {
        _folder.Mount(("sas", "sig=first"));
        var (known, refused) = ("first", 0);
        await using var server = new FakeAzure(request =>
        {
            if (request.Query("sig") == known)
            {
                return FakeAzure.Content("1", "x");
            }

            if (++refused == 3)
            {
                _folder.Mount(("sas", "sig=second"));
            }

            return FakeAzure.Refusal(403, refusal);
        });
        using var store = FakeServer.Patient(Open(server, section => section with { SasTokenFile = _folder.At("sas") }));
        await store.GetAsync("b/x");

        known = "second";
        await store.GetAsync("b/x");

        Assert.Equal(["first", "first", "first", "first", "second"], server.Requests.Select(request => request.Query("sig")));
    }

    [Fact]
    public async Task A_token_that_was_never_the_right_one_is_refused_at_once()
    {
        _folder.Mount(("sas", "sig=wrong"));
        await using var server = new FakeAzure(_ => FakeAzure.Refusal(403, "AuthenticationFailed"));
        using var store = FakeServer.Patient(Open(server, section => section with { SasTokenFile = _folder.At("sas") }));

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.Contains($"correct that. Each try reads '{_folder.At("sas")}' anew.", failed.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(null, "with credentials cannot be read")]
    [InlineData("tOpSeCrEt!", "has to hold the key of the account as Azure shows it, in base64. Put it in order.")]
    public async Task A_file_that_vanishes_is_waited_for(string? content, string sentence)
    {
        _folder.Mount(("key", Key("first")));
        await using var server = new FakeAzure(_ => FakeAzure.Content("1", "x"));
        using var store = Open(server, section => section with { AccountKeyFile = _folder.At("key") });
        _folder.Mount(content is null ? [] : [("key", content)]);

        var failed = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"));

        Assert.True(failed.IsRetryable);
        Assert.Contains($"the file '{_folder.At("key")}' {sentence}", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SeCrEt", failed.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void An_application_is_made_anew_when_one_of_its_files_changes_and_only_then()
    {
        _folder.Mount(("id", "i\n"), ("tenant", "t\n"), ("secret", "first\n"));
        var section = new AzureStorageSection
        {
            AccountName = "account",
            ContainerName = "box",
            ClientIdFile = _folder.At("id"),
            TenantIdFile = _folder.At("tenant"),
            ClientSecretFile = _folder.At("secret"),
        };
        var application = Assert.IsType<AzureFileApplication>(AzureConnection.Credentials(section, name => name == "AZURE_STORAGE_KEY" ? "a2V5" : null));
        var first = application.Current();
        Assert.True(first.Is("t", "i", "first"));
        Assert.Same(first, application.Current());

        _folder.Mount(("id", "i\n"), ("tenant", "t\n"), ("secret", "second\n"));

        Assert.True(application.Current().Is("t", "i", "second"));
        Assert.NotSame(first.Credential, application.Current().Credential);
    }

    private static AzureObjectStore Open(FakeAzure server, Func<AzureStorageSection, AzureStorageSection> with) => new(
        with(new AzureStorageSection { AccountName = "account", ContainerName = "box", Endpoint = server.Endpoint + "/account" }), FakeServer.Quick, server.Clock);

    private static string Key(string word) => Convert.ToBase64String(Encoding.ASCII.GetBytes(word));

    /// <summary>The signature as Azure describes it (Shared Key of Blob Storage), of a GET without a body.</summary>
    private static void AssertSigned(string key, FakeRequest request)
    {
        var own = request.Headers.Where(header => header.Key.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key.ToLowerInvariant()}:{header.Value}\n");
        var text = $"GET{new string('\n', 12)}{string.Concat(own)}/account{request.Target.Split('?')[0]}";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.ASCII.GetBytes(key), Encoding.UTF8.GetBytes(text)));
        Assert.Equal($"SharedKey account:{signature}", request.Header("Authorization"));
    }
}
