using Azure.Core;
using Azure.Identity;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.ObjectStores.Azure;

/// <summary>An application whose secret, and perhaps its id and tenant, stand in files, as they are when a token is asked for.</summary>
internal sealed class AzureFileApplication(AzureStorageSection section) : TokenCredential
{
    private volatile Application? _last;

    /// <inheritdoc />
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        Current().Credential.GetToken(requestContext, cancellationToken);

    /// <inheritdoc />
    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        Current().Credential.GetTokenAsync(requestContext, cancellationToken);

    /// <summary>What the files hold now. As long as they stay what they are the SDK's credential does, which keeps tokens.</summary>
    /// <exception cref="SecretFileException">A file cannot be read, or holds nothing.</exception>
    internal Application Current()
    {
        var tenant = section.TenantIdFile is { } tenantFile ? StoreSecrets.Read(tenantFile) : section.TenantId!;
        var client = section.ClientIdFile is { } clientFile ? StoreSecrets.Read(clientFile) : section.ClientId!;
        var secret = StoreSecrets.Read(section.ClientSecretFile!);
        if (_last is { } last && last.Is(tenant, client, secret))
        {
            return last;
        }

        try
        {
            return _last = new Application(tenant, client, secret, new ClientSecretCredential(tenant, client, secret));
        }
        catch (ArgumentException e)
        {
            throw new SecretFileException($"the file '{section.TenantIdFile}' holds no tenant: {e.Message.Split('.')[0]}. Put it in order");
        }
    }

    /// <summary>An application, and the credential that is made of it.</summary>
    internal sealed class Application(string tenant, string client, string secret, TokenCredential credential)
    {
        public TokenCredential Credential => credential;

        public bool Is(string otherTenant, string otherClient, string otherSecret) => (tenant, client, secret) == (otherTenant, otherClient, otherSecret);
    }
}
