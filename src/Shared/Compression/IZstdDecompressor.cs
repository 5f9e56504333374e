namespace KafkaBackup.Shared.Compression;

/// <summary>Unpacks whole frames that may come from anybody. For one thread at a time.</summary>
/// <remarks>It takes no memory for what a frame claims, neither for its window nor for its content: all it writes to is the target.</remarks>
public interface IZstdDecompressor : IDisposable
{
    /// <summary>Unpacks all frames, one behind the other, into <paramref name="target"/>.</summary>
    /// <param name="frames">Whole frames and nothing else; nothing at all unpacks to nothing.</param>
    /// <param name="target">Takes what they unpack to, and bounds it. What is in it afterwards counts only where this is true.</param>
    /// <param name="length">How many bytes they unpacked to; 0 where this is false.</param>
    /// <returns>False where they unpack to more than <paramref name="target"/> has room for.</returns>
    /// <exception cref="ZstdFrameException">A frame is damaged or cut off, or something else lies between or behind frames.</exception>
    /// <exception cref="ObjectDisposedException">The decompressor is.</exception>
    bool TryDecompress(ReadOnlySpan<byte> frames, Span<byte> target, out int length);
}
