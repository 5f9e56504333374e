using System.Runtime.InteropServices;
using System.Text;
using ZstdNet;

namespace KafkaBackup.Shared.Compression;

/// <summary>Zstandard by the native library, which ZstdNet brings for the platforms that it knows.</summary>
internal sealed class NativeZstd : IZstdEngine
{
    /// <summary>The name by which ZstdNet imports it.</summary>
    private const string Library = "libzstd";

    private const string NotFound = "No such file or directory";

    private NativeZstd()
    {
    }

    /// <summary>The engine; it has no state. To be used where <see cref="WhyNotThere"/> is null.</summary>
    public static NativeZstd Instance { get; } = new();

    /// <summary>Loads the library and tries it.</summary>
    /// <returns>Why it cannot be used, in one line without a full stop; null: it can.</returns>
    public static string? WhyNotThere()
    {
        try
        {
            // Before ZstdNet is asked for anything: an object of it whose making failed half way would end the process when it is finalized.
            NativeLibrary.Load(Library, typeof(Compressor).Assembly, searchPath: null);
            return WhyUnfit();
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return ReasonIn(e.Message);
        }
    }

    public IZstdCompressor CreateCompressor(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, ZstdEngines.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, ZstdEngines.MaxLevel);
        return new NativeCompressor(level);
    }

    public IZstdDecompressor CreateDecompressor() => new NativeDecompressor();

    public Stream OpenDecompression(Stream frames) => new ZstdStream(new DecompressionStream(frames), static e => e is ZstdException);

    public ulong ClaimedSizeOf(ReadOnlySpan<byte> frames)
    {
        try
        {
            return Decompressor.GetDecompressedSize(frames);
        }
        catch (ZstdException e)
        {
            throw new ZstdFrameException(e.Message, e);
        }
    }

    /// <summary>The line of a loader's message that tells most: it lists every place where it looked, and most of them have no such file.</summary>
    internal static string ReasonIn(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (Array.Find(lines[1..], line => !line.EndsWith(NotFound, StringComparison.Ordinal)) ?? lines.ElementAtOrDefault(1) ?? lines[0]).TrimEnd('.');
    }

    /// <summary>Another library of that name may be the one that loads, and be too old.</summary>
    private static string? WhyUnfit()
    {
        var plain = Encoding.ASCII.GetBytes(nameof(WhyUnfit));
        try
        {
            using var compressor = Instance.CreateCompressor(ZstdEngines.DefaultLevel);
            using var decompressor = Instance.CreateDecompressor();
            var (frame, back, streamed) = (new byte[compressor.BoundOf(plain.Length)], new byte[plain.Length], new byte[plain.Length]);
            var length = compressor.Compress(plain, frame);
            using var stream = Instance.OpenDecompression(new MemoryStream(frame, 0, length));
            stream.ReadExactly(streamed);
            return Instance.ClaimedSizeOf(frame) == (ulong)plain.Length && decompressor.TryDecompress(frame.AsSpan(0, length), back, out _)
                && back.AsSpan().SequenceEqual(plain) && streamed.AsSpan().SequenceEqual(plain)
                    ? null
                    : $"{Library} does not unpack what it packed";
        }
        catch (Exception e) when (e is TypeLoadException or TypeInitializationException or ZstdException or ZstdFrameException or EndOfStreamException)
        {
            return $"{Library} does not work: {e.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.')}";
        }
    }

    private sealed class NativeCompressor(int level) : IZstdCompressor
    {
        private readonly Compressor _library = new(new CompressionOptions(level));
        private bool _isDisposed;

        public int BoundOf(int length) => Compressor.GetCompressBound(length);

        public int Compress(ReadOnlySpan<byte> plain, Span<byte> frame)
        {
            // The library would follow a null pointer.
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                return _library.Wrap(plain, frame);
            }
            catch (ZstdException e)
            {
                throw new ZstdFrameException(e.Message, e);
            }
            finally
            {
                GC.KeepAlive(_library); // Else its memory may be given back while it is worked in.
            }
        }

        public void Dispose()
        {
            _isDisposed = true;
            _library.Dispose();
        }
    }

    private sealed class NativeDecompressor : IZstdDecompressor
    {
        private readonly Decompressor _library = new();
        private bool _isDisposed;

        public bool TryDecompress(ReadOnlySpan<byte> frames, Span<byte> target, out int length)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                length = _library.Unwrap(frames, target, bufferSizePrecheck: false);
                return true;
            }
            catch (ZstdException e) when (e.Code == ZSTD_ErrorCode.ZSTD_error_dstSize_tooSmall)
            {
                length = 0;
                return false;
            }
            catch (ZstdException e)
            {
                throw new ZstdFrameException(e.Message, e);
            }
            finally
            {
                GC.KeepAlive(_library);
            }
        }

        public void Dispose()
        {
            _isDisposed = true;
            _library.Dispose();
        }
    }
}
