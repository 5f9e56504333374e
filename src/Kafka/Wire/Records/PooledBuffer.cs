using System.Buffers;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>A growing array of the shared pool, used again and again.</summary>
internal sealed class PooledBuffer : IDisposable
{
    /// <summary>A buffer of more than this goes back to the pool, so that one large batch is not paid for ever after.</summary>
    private const int MostKept = 4 << 20;

    /// <summary>The bytes, of which the first <see cref="Length"/> are in use.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>How many bytes are in use.</summary>
    public int Length { get; private set; }

    /// <summary>What is in use.</summary>
    public Span<byte> Written => Bytes.AsSpan(0, Length);

    /// <summary>Forgets the content.</summary>
    public void Clear()
    {
        Length = 0;
        if (Bytes.Length > MostKept)
        {
            Dispose();
        }
    }

    /// <summary>The free bytes behind those in use, at least <paramref name="count"/>; the buffer doubles when they are fewer.</summary>
    public Span<byte> Free(int count)
    {
        if (count > Bytes.Length - Length)
        {
            var needed = checked(Length + count);
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(Array.MaxLength, 2L * Bytes.Length)));
            Written.CopyTo(grown);
            Return();
            Bytes = grown;
        }

        return Bytes.AsSpan(Length);
    }

    /// <summary>Takes some of the free bytes into use.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Adds a copy of the bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Free(bytes.Length));
        Length += bytes.Length;
    }

    public void Dispose()
    {
        Return();
        Bytes = [];
        Length = 0;
    }

    private void Return()
    {
        if (Bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(Bytes);
        }
    }
}
