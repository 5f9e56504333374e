using System.Buffers.Binary;
using System.Numerics;

namespace KafkaBackup.Shared;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of Kafka's record batches since 0.11, and of objects in Google Cloud Storage.</summary>
/// <remarks>It uses the instruction of the processor where there is one; the runtime has a table for where there is none.</remarks>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what has the checksum <paramref name="before"/> with <paramref name="bytes"/> after it. That of nothing is 0.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        var crc = ~before;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var last in bytes)
        {
            crc = BitOperations.Crc32C(crc, last);
        }

        return ~crc;
    }
}
