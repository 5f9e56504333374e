using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using KafkaBackup.Shared.Compression;
using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Ledger.LedgerDocuments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>A part: entries sorted by topic, partition and base, one JSON object a line, zstd around all.</summary>
public static class PartCodec
{
    /// <summary>A part of more than this, unpacked, is refused as damaged: about ten million entries.</summary>
    private const int MaxUnpackedBytes = int.MaxValue / 2;

    /// <summary>What a byte of a frame unpacks to at most: a block has four bytes at least, and 128 KiB of content at most.</summary>
    private const ulong MostOfByte = 32 * 1024;

    /// <summary>The stored form of <paramref name="entries"/>, and how a head names it under <paramref name="key"/>.</summary>
    public static (byte[] Stored, PartReference Reference) Write(IEnumerable<LedgerEntry> entries, string key)
    {
        var sorted = entries.OrderBy(entry => entry.Partition).ThenBy(entry => entry.Range.Base).ToList();
        var lines = new ArrayBufferWriter<byte>();
        foreach (var entry in sorted)
        {
            using (var json = new Utf8JsonWriter(lines))
            {
                JsonSerializer.Serialize(json, EntryJson.Of(entry), LedgerJson.Default.EntryJson);
            }

            lines.Write("\n"u8);
        }

        var stored = Pack(lines.WrittenSpan);
        return (stored, new PartReference(
            key, Convert.ToHexStringLower(SHA256.HashData(stored)), sorted.Count, sorted[0].Partition.Topic, sorted[^1].Partition.Topic));
    }

    /// <summary>Reads a part and checks it against its reference.</summary>
    /// <param name="stored">The whole object.</param>
    /// <param name="reference">What the head says of it.</param>
    /// <param name="store">Where it lies, as <c>--path</c> takes it, for the message; null where that is not known.</param>
    /// <exception cref="StorageException">It is not what the head names, or damaged.</exception>
    public static IReadOnlyList<LedgerEntry> Read(ReadOnlySpan<byte> stored, PartReference reference, string? store = null)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(stored)) != reference.Sha256)
        {
            throw Damaged(reference.Key, "its SHA-256 is not the one that head.json names", store);
        }

        var entries = Read(stored, reference.Key, store);
        return entries.Count == reference.Entries
            ? entries
            : throw Damaged(reference.Key, $"it holds {entries.Count} entries where head.json names {reference.Entries}", store);
    }

    /// <summary>Reads a part that no head speaks for: whether it is sound only its own content tells.</summary>
    /// <exception cref="StorageException">It does not read as a part.</exception>
    public static IReadOnlyList<LedgerEntry> Read(ReadOnlySpan<byte> stored, string key, string? store = null)
    {
        try
        {
            var lines = Unpack(stored).AsSpan();
            var entries = new List<LedgerEntry>();
            while (lines.Length > 0)
            {
                var end = lines.IndexOf((byte)'\n');
                var line = end < 0 ? lines : lines[..end];
                entries.Add((JsonSerializer.Deserialize(line, LedgerJson.Default.EntryJson) ?? throw new JsonException("a line is null")).ToEntry());
                lines = end < 0 ? [] : lines[(end + 1)..];
            }

            return entries;
        }
        catch (Exception e) when (e is JsonException or ZstdFrameException)
        {
            throw Damaged(key, e.Message.TrimEnd('.'), store, e);
        }
    }

    private static byte[] Pack(ReadOnlySpan<byte> lines)
    {
        using var compressor = ZstdEngines.Current.CreateCompressor(ZstdEngines.DefaultLevel);
        var frame = ArrayPool<byte>.Shared.Rent(compressor.BoundOf(lines.Length));
        try
        {
            return frame[..compressor.Compress(lines, frame)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private static byte[] Unpack(ReadOnlySpan<byte> stored)
    {
        var claimed = ZstdEngines.Current.ClaimedSizeOf(stored);
        if (claimed > MaxUnpackedBytes)
        {
            throw new ZstdFrameException($"Decompressed content size {claimed} is greater than {MaxUnpackedBytes}");
        }

        if (claimed > MostOfByte * (ulong)stored.Length)
        {
            throw new ZstdFrameException($"Decompressed content size {claimed} is more than {stored.Length} bytes can hold"); // Before memory is taken for it.
        }

        using var decompressor = ZstdEngines.Current.CreateDecompressor();
        var lines = new byte[claimed];
        return decompressor.TryDecompress(stored, lines, out var length) && length == lines.Length
            ? lines
            : throw new ZstdFrameException("Decompressed content size is not the one that the frame specifies");
    }

    private static StorageException Damaged(string key, string why, string? store, Exception? cause = null) =>
        new(key, $"{key} is damaged: {why}. {RepairAdvice.For(key, store)}", cause);
}
