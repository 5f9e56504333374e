using ZstdSharp;
using ZstdSharp.Unsafe;

namespace KafkaBackup.Shared.Compression;

/// <summary>Zstandard without native code, by ZstdSharp: the library's C, translated. It runs wherever the program does, and is slower.</summary>
internal sealed class ManagedZstd : IZstdEngine
{
    private const ulong UnknownSize = ulong.MaxValue, NoFrame = ulong.MaxValue - 1;

    private ManagedZstd()
    {
    }

    /// <summary>The engine; it has no state.</summary>
    public static ManagedZstd Instance { get; } = new();

    public IZstdCompressor CreateCompressor(int level)
    {
        // The library would silently take the nearest level that it has.
        ArgumentOutOfRangeException.ThrowIfLessThan(level, ZstdEngines.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, ZstdEngines.MaxLevel);
        return new ManagedCompressor(level);
    }

    public IZstdDecompressor CreateDecompressor() => new ManagedDecompressor();

    // The native library's stream ends where what it reads ends, and so does this one: callers tell a cut frame by what is missing.
    public Stream OpenDecompression(Stream frames) => new ZstdStream(new DecompressionStream(frames, checkEndOfStream: false), static e => e is ZstdException);

    public unsafe ulong ClaimedSizeOf(ReadOnlySpan<byte> frames)
    {
        // Not the library's GetDecompressedSize, which adds up all frames.
        fixed (byte* first = frames)
        {
            return Methods.ZSTD_getFrameContentSize(first, (nuint)frames.Length) switch
            {
                UnknownSize => throw new ZstdFrameException("Decompressed content size is not specified"),
                NoFrame => throw new ZstdFrameException("Decompressed content size cannot be determined (e.g. invalid magic number, srcSize too small)"),
                var size => size,
            };
        }
    }

    private sealed class ManagedCompressor(int level) : IZstdCompressor
    {
        private readonly Compressor _library = new(level);

        public int BoundOf(int length) => checked((int)Compressor.GetCompressBoundLong((ulong)length));

        public int Compress(ReadOnlySpan<byte> plain, Span<byte> frame)
        {
            try
            {
                return _library.Wrap(plain, frame);
            }
            catch (ZstdException e)
            {
                throw new ZstdFrameException(e.Message, e);
            }
        }

        public void Dispose() => _library.Dispose();
    }

    private sealed class ManagedDecompressor : IZstdDecompressor
    {
        private readonly Decompressor _library = new();

        public bool TryDecompress(ReadOnlySpan<byte> frames, Span<byte> target, out int length)
        {
            try
            {
                return _library.TryUnwrap(frames, target, out length);
            }
            catch (ZstdException e)
            {
                throw new ZstdFrameException(e.Message, e);
            }
        }

        public void Dispose() => _library.Dispose();
    }
}
