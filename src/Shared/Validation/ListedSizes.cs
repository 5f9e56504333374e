using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Validation;

/// <summary>The sizes of very many objects. Of each key only half of its SHA-256 is kept, as keys would take several times the memory; no two of them have the same.</summary>
internal sealed class ListedSizes
{
    private readonly Dictionary<UInt128, long> _sizes = [];

    /// <summary>Lists objects.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public static async Task<ListedSizes> ReadAsync(IObjectStore store, string prefix, CancellationToken cancellation)
    {
        var listed = new ListedSizes();
        await foreach (var found in store.ListAsync(prefix, cancellation))
        {
            listed._sizes[HashOf(found.Key)] = found.Size;
        }

        return listed;
    }

    /// <summary>Whether the object was listed, and its size.</summary>
    public bool TryGet(string key, out long size) => _sizes.TryGetValue(HashOf(key), out size);

    private static UInt128 HashOf(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
