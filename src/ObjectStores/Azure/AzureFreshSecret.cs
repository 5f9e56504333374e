using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.ObjectStores.Azure;

/// <summary>Puts the key or token that stands in a file into a credential, before each request.</summary>
internal sealed class AzureFreshSecret : HttpPipelineSynchronousPolicy
{
    private readonly Action _refresh;

    private AzureFreshSecret(Action refresh) => _refresh = refresh;

    /// <summary>What keeps a credential fresh; null when it is of no file.</summary>
    public static AzureFreshSecret? For(object credential, AzureStorageSection section) => (credential, section) switch
    {
        (AzureSasCredential sas, { SasTokenFile: { } file }) => new(() => sas.Update(StoreSecrets.Read(file))),
        (StorageSharedKeyCredential key, { AccountKeyFile: { } file }) => new(() => Set(key, file)),
        _ => null,
    };

    /// <inheritdoc />
    /// <exception cref="SecretFileException">The file cannot be read, or holds nothing that can be used.</exception>
    public override void OnSendingRequest(HttpMessage message) => _refresh();

    private static void Set(StorageSharedKeyCredential credential, string file)
    {
        try
        {
            credential.SetAccountKey(StoreSecrets.Read(file));
        }
        catch (FormatException)
        {
            // Without the cause, which might tell of the key.
            throw new SecretFileException($"the file '{file}' has to hold the key of the account as Azure shows it, in base64. Put it in order");
        }
    }
}
