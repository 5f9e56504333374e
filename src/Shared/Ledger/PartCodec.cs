using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using KafkaBackup.Shared.Storage;
using ZstdNet;
using static KafkaBackup.Shared.Ledger.LedgerDocuments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>A part: entries sorted by topic, partition and base, one JSON object a line, zstd around all.</summary>
public static class PartCodec
{
    /// <summary>A part of more than this, unpacked, is refused as damaged: about ten million entries.</summary>
    private const int MaxUnpackedBytes = int.MaxValue / 2;

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

        using var compressor = new Compressor();
        var stored = compressor.Wrap(lines.WrittenSpan);
        return (stored, new PartReference(
            key, Convert.ToHexStringLower(SHA256.HashData(stored)), sorted.Count, sorted[0].Partition.Topic, sorted[^1].Partition.Topic));
    }

    /// <summary>Reads a part and checks it against its reference.</summary>
    /// <exception cref="StorageException">It is not what the head names, or damaged.</exception>
    public static IReadOnlyList<LedgerEntry> Read(ReadOnlySpan<byte> stored, PartReference reference)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(stored)) != reference.Sha256)
        {
            throw Damaged(reference, "its SHA-256 is not the one that head.json names", null);
        }

        try
        {
            using var decompressor = new Decompressor();
            var lines = decompressor.Unwrap(stored, MaxUnpackedBytes).AsSpan();
            var entries = new List<LedgerEntry>((int)Math.Min(reference.Entries, lines.Length));
            while (lines.Length > 0)
            {
                var end = lines.IndexOf((byte)'\n');
                var line = end < 0 ? lines : lines[..end];
                entries.Add((JsonSerializer.Deserialize(line, LedgerJson.Default.EntryJson) ?? throw new JsonException("a line is null")).ToEntry());
                lines = end < 0 ? [] : lines[(end + 1)..];
            }

            return entries.Count == reference.Entries
                ? entries
                : throw Damaged(reference, $"it holds {entries.Count} entries where head.json names {reference.Entries}", null);
        }
        catch (Exception e) when (e is JsonException or ZstdException)
        {
            throw Damaged(reference, e.Message.TrimEnd('.'), e);
        }
    }

    private static StorageException Damaged(PartReference reference, string why, Exception? cause) => new(reference.Key,
        $"{reference.Key} is damaged: {why}. Nothing was changed. Bring the object back from a version or copy; "
        + "or delete the backup's _cluster/ folder, and the next run takes over what manifest.json names.", cause);
}
