using System.Net.Http.Headers;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using KafkaBackup.ObjectStores.Remote;
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
    private const string ServiceAccount = "service_account";

    /// <summary>Names the folder of such Secrets on a node.</summary>
    private const string SecretsFolder = "KAFKA_BACKUP_SECRETS";

    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_write";
    private const string DefaultFile = "GOOGLE_APPLICATION_CREDENTIALS";

    private volatile Kept? _kept;

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

        var token = await TokenAsync(await CredentialAsync(cancellation), request.RequestUri!.GetLeftPart(UriPartial.Authority), cancellation);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
        token.AddHeaders(request); // Such as the project that pays.
    }

    /// <summary>The credential, which keeps tokens; another one when its file has another content.</summary>
    private async Task<ITokenAccessWithHeaders> CredentialAsync(CancellationToken cancellation)
    {
        var kept = _kept;
        if (section.ServiceAccountPath is not { } file)
        {
            return (_kept ??= new Kept(null, await DefaultAsync(cancellation))).Credential;
        }

        try
        {
            var content = await ReadAsync(file, cancellation);
            return (kept?.Content == content ? kept : _kept = new Kept(content, Parse(file, content))).Credential;
        }
        catch (BackupException e) when (kept is not null)
        {
            throw new SecretFileException(e.Message.TrimEnd('.'), e); // Credentials stood in it before: it is being replaced.
        }
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

    private static async Task<string> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Storage,
                $"the credentials in {file} cannot be read: {e.Message.TrimEnd('.')}. storage.service_account_path has to name their file.", e);
        }
    }

    /// <summary>Whether a file is a Secret of Kubernetes that a definition names: its author need not be trusted with what this machine has.</summary>
    private bool IsOfOthers(string file) => environment(SecretsFolder) is { Length: > 0 } folder
        && Path.GetFullPath(file).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private ITokenAccessWithHeaders Parse(string file, string content)
    {
        try
        {
            using var parsed = JsonDocument.Parse(content);
            var kind = parsed.RootElement.GetProperty("type").GetString()!;
            if (kind != ServiceAccount && IsOfOthers(file))
            {
                throw new JsonException(); // Other kinds name files of this machine, and addresses that these are sent to.
            }

            return CredentialFactory.FromJson(content, kind).CreateScoped(Scope);
        }
        catch (Exception)
        {
            // The words of the cause may have parts of the key.
            throw new BackupException(FailureKind.Storage,
                $"{file} holds no credentials of Google. storage.service_account_path has to name a JSON file of them, such as the key of a service account; of Secrets it has to be that.");
        }
    }

    /// <summary>A credential, and the content of the file that it was made of; null for one that is of none.</summary>
    /// <remarks>No record, which would print the key.</remarks>
    private sealed class Kept(string? content, ITokenAccessWithHeaders credential)
    {
        public string? Content => content;

        public ITokenAccessWithHeaders Credential => credential;
    }
}
