using System.Buffers.Binary;
using System.Numerics;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of record batches since Kafka 0.11.</summary>
/// <remarks>It uses the instruction of the processor where there is one; the runtime has a table for where there is none.</remarks>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
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
