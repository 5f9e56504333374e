using System.Numerics;
using System.Runtime.CompilerServices;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>The zigzag varints of records: seven bits a byte, lowest first; 5 bytes at most for 32 bits, 10 for 64.</summary>
internal static class Varint
{
    /// <summary>The most bytes that a 32-bit number takes.</summary>
    public const int MaxSize = 5;

    /// <summary>The most bytes that a 64-bit number takes.</summary>
    public const int MaxLongSize = 10;

    /// <summary>Reads a 32-bit number and moves <paramref name="at"/> behind it.</summary>
    /// <returns>False when the bytes end within it, or it takes more than 32 bits; <paramref name="at"/> is then unchanged.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out int value)
    {
        if ((uint)at < (uint)bytes.Length && bytes[at] < 0x80)
        {
            uint one = bytes[at++];
            value = (int)(one >> 1) ^ -(int)(one & 1);
            return true;
        }

        var read = TryReadBits(bytes, ref at, MaxSize, 0x0F, out var bits);
        value = (int)((uint)bits >> 1) ^ -(int)(bits & 1);
        return read;
    }

    /// <summary>Reads a 64-bit number and moves <paramref name="at"/> behind it.</summary>
    /// <returns>False when the bytes end within it, or it takes more than 64 bits; <paramref name="at"/> is then unchanged.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadLong(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        var read = TryReadBits(bytes, ref at, MaxLongSize, 0x01, out var bits);
        value = (long)(bits >> 1) ^ -(long)(bits & 1);
        return read;
    }

    /// <summary>Writes a number at the start of <paramref name="target"/>.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> target, long value)
    {
        var bits = ZigZag(value);
        var at = 0;
        for (; bits >= 0x80; bits >>= 7)
        {
            target[at++] = (byte)(bits | 0x80);
        }

        target[at++] = (byte)bits;
        return at;
    }

    /// <summary>How many bytes a number takes. A number of 32 bits takes the same as one of 64.</summary>
    public static int SizeOf(long value) => (BitOperations.Log2(ZigZag(value) | 1) / 7) + 1;

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static bool TryReadBits(ReadOnlySpan<byte> bytes, ref int at, int maxSize, byte maxLast, out ulong bits)
    {
        bits = 0;
        for (var i = 0; i < maxSize && at + i < bytes.Length; i++)
        {
            var next = bytes[at + i];
            if (i == maxSize - 1 && next > maxLast)
            {
                return false;
            }

            bits |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                at += i + 1;
                return true;
            }
        }

        return false;
    }
}
