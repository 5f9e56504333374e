using Amazon.Runtime;
using KafkaBackup.ObjectStores.Remote;

namespace KafkaBackup.ObjectStores.S3;

/// <summary>Keys that stand in files, as they are at the moment of a request.</summary>
/// <remarks>The files are replaced one after the other: what does not belong together the store refuses, and the next try reads both anew.</remarks>
/// <param name="accessKeyFile">The file with the access key.</param>
/// <param name="secretKeyFile">The file with the secret key.</param>
internal sealed class S3FileCredentials(string accessKeyFile, string secretKeyFile) : AWSCredentials
{
    /// <inheritdoc />
    /// <exception cref="SecretFileException">A file cannot be read, or holds no key.</exception>
    public override ImmutableCredentials GetCredentials() => new(StoreSecrets.Read(accessKeyFile), StoreSecrets.Read(secretKeyFile), token: null);
}
