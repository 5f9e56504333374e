using KafkaBackup.Shared.Ledger;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>Cuts what is to be remembered of topics into messages that fit into a frame.</summary>
public static class TopicBatches
{
    /// <summary>How many starts of empty partitions take as much room as a topic with a long name does.</summary>
    private const int StartsPerTopic = 20;

    /// <summary>Half of what a message holds, so that not every topic of many partitions needs one of its own.</summary>
    private const int MostStarts = StartsPerTopic * MaxTopics / 2;

    /// <summary>The messages' topics, in order. A topic with many empty partitions comes several times, each time with other ones.</summary>
    public static IEnumerable<IReadOnlyList<TopicFacts>> Of(IEnumerable<TopicFacts> topics)
    {
        var batch = new List<TopicFacts>();
        var room = MaxTopics;
        foreach (var piece in topics.SelectMany(Pieces))
        {
            var size = 1 + ((piece.EmptyFrom?.Count ?? 0) / StartsPerTopic);
            if (size > room)
            {
                yield return batch;
                (batch, room) = ([], MaxTopics);
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
        ? starts.OrderBy(start => start.Key).Chunk(MostStarts).Select(some => topic with { EmptyFrom = some.ToDictionary() })
        : [topic];
}
