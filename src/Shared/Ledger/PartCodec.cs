using System.Buffers;
using System.Runtime.InteropServices;
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

        var stored = LedgerLines.Pack(lines.WrittenSpan);
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
        RefuseAnother(stored, reference, store);
        var entries = Read(stored, reference.Key, store);
        RefuseOtherCount(entries.Count, reference, store);
        return entries;
    }

    /// <summary>Reads a part that no head speaks for: whether it is sound only its own content tells.</summary>
    /// <exception cref="StorageException">It does not read as a part.</exception>
    public static IReadOnlyList<LedgerEntry> Read(ReadOnlySpan<byte> stored, string key, string? store = null)
    {
        try
        {
            var lines = LedgerLines.Unpack(stored, MaxUnpackedBytes).AsSpan();
            var entries = new List<LedgerEntry>();
            while (lines.Length > 0)
            {
                var end = lines.IndexOf((byte)'\n');
                var line = end < 0 ? lines : lines[..end];
                entries.Add(EntryOf(line));
                lines = end < 0 ? [] : lines[(end + 1)..];
            }

            return entries;
        }
        catch (Exception e) when (e is JsonException or ZstdFrameException)
        {
            throw Damaged(key, e.Message.TrimEnd('.'), store, e);
        }
    }

    /// <summary>As <see cref="Read(ReadOnlySpan{byte}, PartReference, string?)"/>, an entry at a time: the part's own check comes behind the last.</summary>
    /// <param name="stored">The whole object.</param>
    /// <param name="reference">What the head says of it.</param>
    /// <param name="topics">The only topics whose entries are wanted; null: all. Others are counted, and not read.</param>
    /// <param name="store">Where it lies, for the message.</param>
    /// <exception cref="StorageException">It is not what the head names, or damaged.</exception>
    internal static IEnumerable<LedgerEntry> Enumerate(ReadOnlyMemory<byte> stored, PartReference reference, IReadOnlySet<string>? topics, string? store)
    {
        RefuseAnother(stored.Span, reference, store);
        using var lines = new LineReader(ZstdEngines.Current.OpenDecompression(StreamOf(stored)));
        var count = 0L;
        while (NextOf(lines, topics, ref count, reference.Key, store) is { } entry)
        {
            yield return entry;
        }

        RefuseOtherCount(count, reference, store);
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> stored) =>
        MemoryMarshal.TryGetArray(stored, out var array) ? new(array.Array!, array.Offset, array.Count, writable: false) : new(stored.ToArray(), writable: false);

    private static LedgerEntry? NextOf(LineReader lines, IReadOnlySet<string>? topics, ref long count, string key, string? store)
    {
        try
        {
            while (lines.TryRead(out var line))
            {
                count++;
                if ((topics is null || MayBeOf(line, topics)) && EntryOf(line) is var entry && topics?.Contains(entry.Partition.Topic) != false)
                {
                    return entry;
                }
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or ZstdFrameException)
        {
            throw Damaged(key, e.Message.TrimEnd('.'), store, e);
        }
    }

    /// <summary>Whether a line can be of one of <paramref name="topics"/>: this program puts the topic first.</summary>
    private static bool MayBeOf(ReadOnlySpan<byte> line, IReadOnlySet<string> topics)
    {
        var reader = new Utf8JsonReader(line);
        if (!(reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("topic"u8) && reader.Read() && reader.TokenType == JsonTokenType.String))
        {
            return true;
        }

        foreach (var topic in topics)
        {
            if (reader.ValueTextEquals(topic))
            {
                return true;
            }
        }

        return false;
    }

    private static LedgerEntry EntryOf(ReadOnlySpan<byte> line) =>
        (JsonSerializer.Deserialize(line, LedgerJson.Default.EntryJson) ?? throw new JsonException("a line is null")).ToEntry();

    private static void RefuseAnother(ReadOnlySpan<byte> stored, PartReference reference, string? store)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(stored)) != reference.Sha256)
        {
            throw Damaged(reference.Key, "its SHA-256 is not the one that head.json names", store);
        }
    }

    private static void RefuseOtherCount(long count, PartReference reference, string? store)
    {
        if (count != reference.Entries)
        {
            throw Damaged(reference.Key, $"it holds {count} entries where head.json names {reference.Entries}", store);
        }
    }

    private static StorageException Damaged(string key, string why, string? store, Exception? cause = null) =>
        new(key, $"{key} is damaged: {why}. {RepairAdvice.For(key, store)}", cause);
}
