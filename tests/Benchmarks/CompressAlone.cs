using System.Diagnostics;
using KafkaBackup.Shared.Compression;
using KafkaBackup.Shared.Segments;

namespace KafkaBackup.Benchmarks;

/// <summary>Compresses the bodies of stored zstd segments once more, on one core, in frames as long as the product's. Nothing else is timed.</summary>
internal static class CompressAlone
{
    private const int FrameBytes = 1 << 20;

    /// <summary>Compresses; prints seconds, seconds of the processor, bytes before and after.</summary>
    public static void Run(string store)
    {
        using var compressor = ZstdEngines.Current.CreateCompressor(new SegmentSettings().Level);
        var frame = new byte[compressor.BoundOf(FrameBytes)];
        var (wall, processor, before, after) = (TimeSpan.Zero, TimeSpan.Zero, 0L, 0L);
        foreach (var path in Directory.EnumerateFiles(store, "segment-*", SearchOption.AllDirectories))
        {
            var body = Decompress(path);
            var (began, used) = (Stopwatch.GetTimestamp(), ResourceUse.Thread.Processor);
            for (var at = 0; at < body.Length; at += FrameBytes)
            {
                after += compressor.Compress(body.AsSpan(at, Math.Min(FrameBytes, body.Length - at)), frame);
            }

            wall += Stopwatch.GetElapsedTime(began);
            processor += ResourceUse.Thread.Processor - used;
            before += body.Length;
        }

        Console.WriteLine($"{wall.TotalSeconds} {processor.TotalSeconds} {before} {after}");
    }

    private static byte[] Decompress(string path)
    {
        using var body = new MemoryStream();
        using var stream = StoredBody.Open(path);
        stream.CopyTo(body);
        return body.ToArray();
    }
}
