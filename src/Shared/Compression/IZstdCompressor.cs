namespace KafkaBackup.Shared.Compression;

/// <summary>Makes frames of one level, one after the other. For one thread at a time.</summary>
public interface IZstdCompressor : IDisposable
{
    /// <summary>The bytes that a frame takes at most.</summary>
    /// <param name="length">The bytes to compress, from 0 on.</param>
    /// <exception cref="OverflowException">It is more than an array can have.</exception>
    int BoundOf(int length);

    /// <summary>Writes a single frame that holds <paramref name="plain"/> and says how long that is.</summary>
    /// <param name="plain">What to compress; it may be empty.</param>
    /// <param name="frame">Takes the frame: <see cref="BoundOf"/> bytes always do.</param>
    /// <returns>The length of the frame in bytes.</returns>
    /// <exception cref="ZstdFrameException"><paramref name="frame"/> is too small for it.</exception>
    /// <exception cref="ObjectDisposedException">The compressor is.</exception>
    int Compress(ReadOnlySpan<byte> plain, Span<byte> frame);
}
