using System.Text;
using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Shared.Tests.Compression;

public abstract partial class ZstdEngineContract
{
    private static byte[] Content(string kind) => kind switch
    {
        "empty" => [],
        "one byte" => [42],
        "text" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(number => $"{{\"order\":{number},\"state\":\"paid\",\"total\":{number * 37 % 1000}}}\n"))),
        "noise" => Noise(200_000),
        "zeros" => new byte[1_000_000],
        _ => [.. Enumerable.Range(0, LargeBytes / 1_000).SelectMany(number => Noise(500, number).Concat(Enumerable.Repeat((byte)number, 500)))],
    };

    private static byte[] Noise(int length, int seed = 7)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private static byte[] Frame(IZstdEngine engine, ReadOnlySpan<byte> plain, int level)
    {
        using var compressor = engine.CreateCompressor(level);
        return Compressed(compressor, plain);
    }

    private static byte[] Compressed(IZstdCompressor compressor, ReadOnlySpan<byte> plain)
    {
        var frame = new byte[compressor.BoundOf(plain.Length)];
        return frame[..compressor.Compress(plain, frame)];
    }

    /// <summary>What the frames unpack to, in a buffer of just <paramref name="room"/> bytes; null: it has too few.</summary>
    private static byte[]? Unpacked(IZstdEngine engine, ReadOnlySpan<byte> frames, int room)
    {
        using var decompressor = engine.CreateDecompressor();
        var target = new byte[room];
        return decompressor.TryDecompress(frames, target, out var length) ? target[..length] : null;
    }

    private static byte[] Streamed(IZstdEngine engine, byte[] frames)
    {
        using var stream = engine.OpenDecompression(new MemoryStream(frames));
        var target = new MemoryStream();
        stream.CopyTo(target);
        return target.ToArray();
    }

    /// <summary>Gives a little at a time, as a network does.</summary>
    private sealed class TricklingStream(byte[] bytes, int most) : MemoryStream(bytes, writable: false)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);
    }

    private sealed class FailingStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("the disk is gone");

        public override int Read(Span<byte> buffer) => throw new IOException("the disk is gone");
    }
}
