namespace KafkaBackup.Shared.Compression;

/// <summary>Zstandard (RFC 8878) by one library. Frames of every engine are read by every other. Thread-safe; what it makes is not.</summary>
public interface IZstdEngine
{
    /// <summary>Makes a compressor, which keeps its memory from one frame to the next: some megabytes at the usual levels.</summary>
    /// <param name="level">1 to 22; more takes more time and memory, and less room.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    IZstdCompressor CreateCompressor(int level);

    /// <summary>Makes a decompressor, which keeps its memory from one call to the next.</summary>
    IZstdDecompressor CreateDecompressor();

    /// <summary>A stream of what all frames in <paramref name="frames"/> unpack to, one behind the other. Nothing is decompressed before it is read.</summary>
    /// <param name="frames">Frames that may come from anybody. It is not disposed of.</param>
    /// <returns>A stream that is read forward only. A read throws <see cref="ZstdFrameException"/> where the frames are damaged, or want a window of more
    /// than 128 MiB. Frames that are cut off end the stream early, without an exception: whoever reads knows how much there has to be.</returns>
    Stream OpenDecompression(Stream frames);

    /// <summary>The bytes that the first frame claims to unpack to. Nothing is unpacked, and the claim may be a lie.</summary>
    /// <param name="frames">What begins with a frame; its header is enough.</param>
    /// <exception cref="ZstdFrameException">No frame starts there, or it does not say.</exception>
    ulong ClaimedSizeOf(ReadOnlySpan<byte> frames);
}
