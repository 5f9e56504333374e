using System.Buffers.Binary;

namespace KafkaBackup.Shared.Kafka;

/// <summary>The hash by which Kafka's Java producer chooses a partition for a key.</summary>
public static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;
    private const int Rotation = 24;

    /// <summary>The partition of <paramref name="key"/> in a topic of <paramref name="partitions"/>, as of
    /// <c>BuiltInPartitioner.partitionForKey</c>: the hash without its sign, modulo.</summary>
    /// <param name="key">The key's bytes; an empty key has a partition as well.</param>
    /// <param name="partitions">1 or more.</param>
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & int.MaxValue) % partitions;

    /// <summary>MurmurHash2 of 32 bits, with the seed that Kafka uses.</summary>
    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        while (data.Length >= sizeof(uint))
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            hash = (hash * Multiplier) ^ ((word ^ (word >> Rotation)) * Multiplier);
            data = data[sizeof(uint)..];
        }

        for (var i = data.Length - 1; i >= 0; i--)
        {
            hash ^= (uint)data[i] << (8 * i);
        }

        hash = data.IsEmpty ? hash : hash * Multiplier;
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
