using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Benchmarks;

/// <summary>The bodies of stored zstd segments.</summary>
internal static class StoredBody
{
    private const int HeaderBytes = 32;
    private const int FooterBytes = 8;

    /// <summary>Reads a segment's file; its body is decompressed as it is read.</summary>
    public static Stream Open(string path)
    {
        var stored = File.ReadAllBytes(path);
        return ZstdEngines.Current.OpenDecompression(new MemoryStream(stored, HeaderBytes, stored.Length - HeaderBytes - FooterBytes));
    }
}
