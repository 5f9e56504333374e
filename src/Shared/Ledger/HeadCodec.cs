using System.Text.Json;
using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Ledger.LedgerDocuments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>Head and topics object to bytes and back. What cannot be read whole and sound is refused, never guessed.</summary>
public static class HeadCodec
{
    /// <summary>The stored form of a head.</summary>
    public static byte[] Write(Head head) => JsonSerializer.SerializeToUtf8Bytes(
        new HeadJson(head.Format, head.Epoch, head.Seq, head.Writer, head.CreatedAt, head.Change, head.IsClosed, head.Parts,
            head.Tail.Select(EntryJson.Of).ToList(), head.SourceClusterId, head.UncleanSince, head.Topics, head.Rendered,
            head.UnsweptThrough, head.Coverage),
        LedgerJson.Default.HeadJson);

    /// <summary>Reads a head.</summary>
    /// <param name="stored">The whole object.</param>
    /// <param name="key">Its key.</param>
    /// <param name="store">Where it lies, as <c>--path</c> takes it, for the message; null where that is not known.</param>
    /// <exception cref="StorageException">It is damaged, or of a format that this program does not know.</exception>
    public static Head Read(ReadOnlySpan<byte> stored, string key, string? store = null)
    {
        try
        {
            RefuseUnknownFormat(stored, key);
            var json = JsonSerializer.Deserialize(stored, LedgerJson.Default.HeadJson) ?? throw new JsonException("it is null");
            if (json.Epoch < 1 || json.Seq < 1 || json.Tail.Contains(null!) || json.Parts.Any(part => part is null or { Entries: < 1 }))
            {
                throw new JsonException("its numbers or lists make no sense");
            }

            return new Head
            {
                Format = json.Format,
                Epoch = json.Epoch,
                Seq = json.Seq,
                Writer = json.Writer,
                CreatedAt = json.CreatedAt,
                SourceClusterId = json.SourceClusterId,
                Change = json.Change,
                IsClosed = json.Closed,
                UncleanSince = json.UncleanSince,
                UnsweptThrough = json.UnsweptThrough,
                Topics = json.Topics,
                Rendered = json.Rendered,
                Parts = json.Parts,
                Coverage = json.Coverage,
                Tail = json.Tail.Select(entry => entry.ToEntry()).ToList(),
            };
        }
        catch (JsonException e)
        {
            throw Damaged(key, e, store);
        }
    }

    /// <summary>The stored form of the topics object, sorted by name.</summary>
    public static byte[] WriteTopics(IEnumerable<TopicFacts> topics) => JsonSerializer.SerializeToUtf8Bytes(
        new TopicsJson(Head.CurrentFormat, topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList()), LedgerJson.Default.TopicsJson);

    /// <summary>Reads a topics object; the parameters are those of <see cref="Read"/>.</summary>
    /// <exception cref="StorageException">It is damaged, or of a format that this program does not know.</exception>
    public static IReadOnlyList<TopicFacts> ReadTopics(ReadOnlySpan<byte> stored, string key, string? store = null)
    {
        try
        {
            RefuseUnknownFormat(stored, key);
            return (JsonSerializer.Deserialize(stored, LedgerJson.Default.TopicsJson) ?? throw new JsonException("it is null")).Topics;
        }
        catch (JsonException e)
        {
            throw Damaged(key, e, store);
        }
    }

    private static void RefuseUnknownFormat(ReadOnlySpan<byte> stored, string key)
    {
        var reader = new Utf8JsonReader(stored);
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("format", out var format) || !format.TryGetInt32(out var version))
        {
            throw new JsonException("it names no format");
        }

        if (version is < 1 or > Head.CurrentFormat)
        {
            throw new StorageException(key,
                $"{key} has format {version}, and this program knows formats up to {Head.CurrentFormat}. Use the newer program that wrote it; nothing was changed.");
        }
    }

    private static StorageException Damaged(string key, JsonException cause, string? store) =>
        new(key, $"{key} is damaged ({cause.Message.TrimEnd('.')}). {RepairAdvice.For(key, store)}", cause);
}
