using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Finds offsets by time and by epoch, and moves the first one.</summary>
internal sealed class OffsetHandlers(BrokerParts parts)
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;
    private const long EarliestPendingUpload = -6;

    /// <summary>Answers ListOffsets.</summary>
    public ListOffsetsResponse List(ListOffsetsRequest request, short version) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new ListOffsetsResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.GroupBy(partition => partition.Index).Select(same => same.Skip(1).Any()
                ? new ListOffsetsResponse.Partition { Index = same.Key, ErrorCode = KafkaError.InvalidRequest }
                : Find(topic.Name, same.First(), request.IsolationLevel == 1, version)).ToList(),
        }),
    };

    /// <summary>Answers DeleteRecords.</summary>
    public DeleteRecordsResponse DeleteRecords(DeleteRecordsRequest request) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new DeleteRecordsResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => Delete(topic.Name, partition)),
        }),
    };

    /// <summary>Answers OffsetForLeaderEpoch.</summary>
    public OffsetForLeaderEpochResponse FindEpochs(OffsetForLeaderEpochRequest request) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new OffsetForLeaderEpochResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => FindEpoch(topic.Name, partition)),
        }),
    };

    private OffsetForLeaderEpochResponse.Partition FindEpoch(string name, OffsetForLeaderEpochRequest.Partition asked)
    {
        var log = parts.Topics.Find(name)?.Partition(asked.Index);
        var answer = new OffsetForLeaderEpochResponse.Partition
        {
            Index = asked.Index,
            ErrorCode = log is null ? KafkaError.UnknownTopicOrPartition : LeaderEpochs.Check(asked.CurrentLeaderEpoch),
        };
        if (answer.ErrorCode == KafkaError.None && LeaderEpochs.EndOf(asked.LeaderEpoch, log!.Bounds) is { } end)
        {
            (answer.LeaderEpoch, answer.EndOffset) = (asked.LeaderEpoch, end);
        }

        return answer;
    }

    private ListOffsetsResponse.Partition Find(string name, ListOffsetsRequest.Partition asked, bool isCommittedOnly, short version)
    {
        var answer = new ListOffsetsResponse.Partition { Index = asked.Index };
        if (parts.Topics.Find(name)?.Partition(asked.Index) is not { } log)
        {
            answer.ErrorCode = KafkaError.UnknownTopicOrPartition;
            return answer;
        }

        answer.ErrorCode = version < FirstVersionWith(asked.Timestamp) ? KafkaError.UnsupportedVersion : LeaderEpochs.Check(asked.CurrentLeaderEpoch);
        if (answer.ErrorCode == KafkaError.None && Find(log, asked.Timestamp, isCommittedOnly) is { } found)
        {
            answer.Offset = found.Offset;
            answer.Timestamp = found.Timestamp;
            answer.LeaderEpoch = BrokerIdentity.LeaderEpoch;
        }

        return answer;
    }

    private static TimedOffset? Find(PartitionLog log, long timestamp, bool isCommittedOnly)
    {
        var bounds = log.Bounds;
        var end = isCommittedOnly ? bounds.LastStable : bounds.HighWatermark;
        return timestamp switch
        {
            Latest => new TimedOffset(end, -1),
            Earliest or EarliestLocal => new TimedOffset(bounds.LogStart, -1),
            MaxTimestamp => log.FindLatestTime() is { } latest && latest.Offset < end ? latest : null,
            >= 0 => log.FindByTime(timestamp, end),
            _ => null, // The others ask for tiered storage, of which there is none.
        };
    }

    /// <summary>Negative times have come one after the other, and the rest are still to come.</summary>
    private static int FirstVersionWith(long timestamp) => timestamp switch
    {
        >= Earliest => 0,
        MaxTimestamp => 7,
        EarliestLocal => 8,
        LatestTiered => 9,
        EarliestPendingUpload => 11,
        _ => int.MaxValue,
    };

    private DeleteRecordsResponse.Partition Delete(string name, DeleteRecordsRequest.Partition asked)
    {
        var answer = new DeleteRecordsResponse.Partition { Index = asked.Index };
        var topic = parts.Topics.Find(name);
        if (topic?.Partition(asked.Index) is not { } log)
        {
            answer.ErrorCode = KafkaError.UnknownTopicOrPartition;
        }
        else if (!topic.Settings.AllowsDeletion)
        {
            answer.ErrorCode = KafkaError.PolicyViolation;
        }
        else if (asked.Offset < -1 || log.DeleteBefore(asked.Offset == -1 ? log.Bounds.HighWatermark : asked.Offset) is not { } start)
        {
            answer.ErrorCode = KafkaError.OffsetOutOfRange;
        }
        else
        {
            answer.LowWatermark = start;
        }

        return answer;
    }
}
