using System.Net.Http.Headers;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>Gets tokens as a configuration wants them: for the account of a file, for the application default credentials, or none.</summary>
/// <remarks>
/// An emulator knows no credentials, so with an endpoint and no file there are none, unless <c>GOOGLE_APPLICATION_CREDENTIALS</c> names some
/// and the endpoint is encrypted.
/// </remarks>
/// <param name="section">The configuration.</param>
/// <param name="environment">Reads a variable of the environment.</param>
internal sealed class GcsCredentials(GcsStorageSection section, Func<string, string?> environment)
{
    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_write";
    private const string DefaultFile = "GOOGLE_APPLICATION_CREDENTIALS";

    private volatile ITokenAccessWithHeaders? _credential;

    /// <summary>Whether requests go without credentials.</summary>
    public bool AreNone { get; } = section is { ServiceAccountPath: null, Endpoint: { } endpoint }
        && (endpoint.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || string.IsNullOrEmpty(environment(DefaultFile)));

    /// <summary>Puts a token into a request. Tokens are kept as long as they hold.</summary>
    public async Task AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (AreNone)
        {
            return;
        }

        // Calls that come at once may all read the file; that is done once for each process.
        _credential ??= section.ServiceAccountPath is { } file ? await ReadAsync(file, cancellation) : await DefaultAsync(cancellation);
        var token = await TokenAsync(_credential, request.RequestUri!.GetLeftPart(UriPartial.Authority), cancellation);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
        token.AddHeaders(request); // Such as the project that pays.
    }

    private static async Task<AccessTokenWithHeaders> TokenAsync(ITokenAccessWithHeaders credential, string place, CancellationToken cancellation)
    {
        try
        {
            return await credential.GetAccessTokenWithHeadersForRequestAsync(place, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new NoTokenException($"whoever gives tokens for Google Cloud Storage does not answer ({e.Message.TrimEnd('.')}): see token_uri of the credentials, or the metadata server", e);
        }
    }

    private static async Task<ITokenAccessWithHeaders> DefaultAsync(CancellationToken cancellation)
    {
        try
        {
            return (await GoogleCredential.GetApplicationDefaultAsync(cancellation)).CreateScoped(Scope);
        }
        catch (InvalidOperationException e)
        {
            throw new BackupException(FailureKind.Storage,
                $"there are no credentials for Google Cloud Storage: give storage.service_account_path, set {DefaultFile}, "
                + "or run where machine or pod has a service account.", e);
        }
    }

    private static async Task<ITokenAccessWithHeaders> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            var content = await File.ReadAllTextAsync(file, cancellation);
            using var parsed = JsonDocument.Parse(content);
            var kind = parsed.RootElement.GetProperty("type").GetString()!;
            return CredentialFactory.FromJson(content, kind).CreateScoped(Scope);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Storage,
                $"the credentials in {file} cannot be read: {e.Message.TrimEnd('.')}. storage.service_account_path has to name their file.", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The words of the cause may have parts of the key.
            throw new BackupException(FailureKind.Storage,
                $"{file} holds no credentials of Google. storage.service_account_path has to name a JSON file of them, such as the key of a service account.");
        }
    }
}
