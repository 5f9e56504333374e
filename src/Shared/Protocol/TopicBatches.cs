using System.Text.Json;
using KafkaBackup.Shared.Ledger;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>Cuts what is to be remembered of topics into messages that fit into a frame.</summary>
public static class TopicBatches
{
    /// <summary>How much of a message topics may fill: a frame has room for 128,000 bytes.</summary>
    private const int MaxBytes = 100_000;

    /// <summary>What a topic with a long name takes beside its empty partitions and settings.</summary>
    private const int TopicBytes = 400;

    /// <summary>What the start of an empty partition takes.</summary>
    private const int StartBytes = 24;

    /// <summary>What a setting takes beside its name and value.</summary>
    private const int SettingBytes = 6;

    /// <summary>Half of what a message holds, so that not every topic of many partitions needs one of its own.</summary>
    private const int MostStarts = 2_000;

    /// <summary>The messages' topics, in order. A topic with many empty partitions comes several times, each time with other ones,
    /// and with its configuration once.</summary>
    public static IEnumerable<IReadOnlyList<TopicFacts>> Of(IEnumerable<TopicFacts> topics)
    {
        var batch = new List<TopicFacts>();
        var room = MaxBytes;
        foreach (var piece in topics.SelectMany(Pieces))
        {
            var size = TopicBytes + ((piece.EmptyFrom?.Count ?? 0) * StartBytes) + (piece.Configurations?.Sum(BytesOf) ?? 0);
            if (size > room || batch.Count == MaxTopics)
            {
                yield return batch;
                (batch, room) = ([], MaxBytes);
            }

            batch.Add(piece);
            room -= size;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static IEnumerable<TopicFacts> Pieces(TopicFacts topic) => topic.EmptyFrom is { Count: > MostStarts } starts
        ? starts.OrderBy(start => start.Key).Chunk(MostStarts).Select((some, index) => topic with
        {
            EmptyFrom = some.ToDictionary(),
            Configurations = index == 0 ? topic.Configurations : null,
        })
        : [topic];

    private static int BytesOf(KeyValuePair<string, string> setting) =>
        JsonEncodedText.Encode(setting.Key).EncodedUtf8Bytes.Length + JsonEncodedText.Encode(setting.Value).EncodedUtf8Bytes.Length + SettingBytes;
}
