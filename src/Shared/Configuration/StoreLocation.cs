namespace KafkaBackup.Shared.Configuration;

/// <summary>What <c>--path</c> and the like name: a directory, or the address of a store.</summary>
public static class StoreLocation
{
    /// <summary>The place that <paramref name="address"/> names.</summary>
    /// <exception cref="BackupException">It begins like an address and is none.</exception>
    public static StorageSection Parse(string address)
    {
        return address switch
        {
            _ when Begins(S3Location.Scheme) => S3Location.Parse(address),
            _ when Begins(GcsLocation.Scheme) || Begins(GcsLocation.OtherScheme) => GcsLocation.Parse(address),
            _ when Begins(AzureLocation.Scheme) => AzureLocation.Parse(address),
            _ => new FileSystemStorageSection { Path = address },
        };

        bool Begins(string scheme) => address.StartsWith(scheme, StringComparison.Ordinal);
    }
}
