using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Testing.Storage;

/// <summary>What a store holds.</summary>
public static class StoredKeys
{
    /// <summary>The keys that begin so, in order.</summary>
    public static async Task<IReadOnlyList<string>> KeysAsync(this IObjectStore store, string prefix = "")
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(prefix, CancellationToken.None))
        {
            keys.Add(found.Key);
        }

        return keys;
    }
}
