using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using KafkaBackup.Shared.Compression;
using static KafkaBackup.Shared.Ledger.LedgerDocuments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>A coverage object: what each partition answers for, in order, one JSON object a line, zstd around all.</summary>
/// <remarks>It can be made anew from the parts at any time. So one that is damaged is no loss, and is not used.</remarks>
internal static class CoverageCodec
{
    /// <summary>More than this, unpacked, is refused as damaged: some millions of partitions.</summary>
    private const int MaxUnpackedBytes = 1 << 30;

    /// <summary>The stored form of what <paramref name="outline"/> answers for, and how a head names it under <paramref name="key"/>.</summary>
    public static (byte[] Stored, CoverageReference Reference) Write(LedgerOutline outline, string key)
    {
        var lines = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(lines);
        foreach (var (partition, known) in outline.Partitions)
        {
            JsonSerializer.Serialize(json, CoverageJson.Of(partition, known), LedgerJson.Default.CoverageJson);
            json.Reset();
            lines.Write("\n"u8);
        }

        var stored = LedgerLines.Pack(lines.WrittenSpan);
        return (stored, new CoverageReference(key, Convert.ToHexStringLower(SHA256.HashData(stored)), outline.Partitions.Count));
    }

    /// <summary>Reads a coverage object into an outline, and checks it against its reference.</summary>
    /// <returns>Why it cannot be used; null when it can.</returns>
    public static string? Read(ReadOnlySpan<byte> stored, CoverageReference reference, LedgerOutline outline)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(stored)) != reference.Sha256)
        {
            return $"{reference.Key} is damaged: its SHA-256 is not the one that head.json names";
        }

        try
        {
            var lines = LedgerLines.Unpack(stored, MaxUnpackedBytes).AsSpan();
            while (lines.Length > 0)
            {
                var end = lines.IndexOf((byte)'\n');
                var told = JsonSerializer.Deserialize(end < 0 ? lines : lines[..end], LedgerJson.Default.CoverageJson) ?? throw new JsonException("a line is null");
                outline.Add(new PartitionId(told.Topic, told.Partition), told.ToOutline());
                lines = end < 0 ? [] : lines[(end + 1)..];
            }

            return outline.Partitions.Count == reference.Partitions
                ? null
                : $"{reference.Key} is damaged: it tells of {outline.Partitions.Count} partitions where head.json names {reference.Partitions}";
        }
        catch (Exception e) when (e is JsonException or ZstdFrameException or InvalidOperationException)
        {
            return $"{reference.Key} is damaged: {e.Message.TrimEnd('.')}";
        }
    }
}
