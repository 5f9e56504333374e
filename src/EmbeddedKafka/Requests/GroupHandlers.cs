using KafkaBackup.EmbeddedKafka.Groups;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Keeps offsets of consumer groups, and tells of the groups.</summary>
internal sealed class GroupHandlers(BrokerParts parts)
{
    private const string Empty = "Empty";
    private const string Dead = "Dead";
    private const string Classic = "Classic";

    private const short FirstWithTopicIds = 10;

    /// <summary>Answers OffsetCommit.</summary>
    public OffsetCommitResponse Commit(OffsetCommitRequest request, short version) => new()
    {
        Topics = request.Topics.ConvertAll(asked =>
        {
            var topic = Find(asked.Name, asked.TopicId, version);
            return new OffsetCommitResponse.Topic
            {
                Name = asked.Name,
                TopicId = asked.TopicId,
                Partitions = asked.Partitions.ConvertAll(partition => new OffsetCommitResponse.Partition
                {
                    Index = partition.Index,
                    ErrorCode = Commit(request, version, topic, partition),
                }),
            };
        }),
    };

    /// <summary>Answers OffsetFetch.</summary>
    public OffsetFetchResponse Fetch(OffsetFetchRequest request, short version) => version < 8
        ? new OffsetFetchResponse { Topics = Fetch(request.GroupId, request.Topics, version) }
        : new OffsetFetchResponse
        {
            Groups = request.Groups.ConvertAll(group => new OffsetFetchResponse.Group { GroupId = group.GroupId, Topics = Fetch(group.GroupId, group.Topics, version) }),
        };

    /// <summary>Answers ListGroups.</summary>
    public ListGroupsResponse List(ListGroupsRequest request) => new()
    {
        Groups = Admits(request.StatesFilter, Empty) && Admits(request.TypesFilter, Classic)
            ? parts.Groups.Names.Select(group => new ListGroupsResponse.Group { GroupId = group, GroupState = Empty, GroupType = Classic }).ToList()
            : [],
    };

    /// <summary>Answers DescribeGroups.</summary>
    public DescribeGroupsResponse Describe(DescribeGroupsRequest request, short version)
    {
        var known = parts.Groups.Names.ToHashSet(StringComparer.Ordinal);
        return new DescribeGroupsResponse
        {
            Groups = request.Groups.ConvertAll(group => known.Contains(group)
                ? new DescribeGroupsResponse.Group { GroupId = group, GroupState = Empty }
                : new DescribeGroupsResponse.Group
                {
                    GroupId = group,
                    GroupState = Dead,
                    ErrorCode = version >= 6 ? KafkaError.GroupIdNotFound : KafkaError.None,
                    ErrorMessage = version >= 6 ? $"Group {group} not found." : null,
                }),
        };
    }

    private static bool Admits(List<string> filter, string value) => filter.Count == 0 || filter.Contains(value, StringComparer.OrdinalIgnoreCase);

    private Topic? Find(string name, Guid id, short version) => version >= FirstWithTopicIds ? parts.Topics.Find(id) : parts.Topics.Find(name);

    private KafkaError Commit(OffsetCommitRequest request, short version, Topic? topic, OffsetCommitRequest.Partition asked)
    {
        if (topic is null && version >= FirstWithTopicIds)
        {
            return KafkaError.UnknownTopicId;
        }

        return topic?.Partition(asked.Index) is null ? KafkaError.UnknownTopicOrPartition
            : request.GenerationIdOrMemberEpoch >= 0 ? RefuseMember(request.GroupId, version)
            : parts.Groups.Commit(
                request.GroupId, topic.Name, asked.Index, new CommittedOffset(asked.CommittedOffset, asked.CommittedLeaderEpoch, asked.CommittedMetadata ?? ""));
    }

    /// <summary>Members of a group name its generation, and no group has members.</summary>
    private KafkaError RefuseMember(string group, short version) =>
        parts.Groups.Names.Contains(group, StringComparer.Ordinal) ? KafkaError.UnknownMemberId
        : version >= 9 ? KafkaError.GroupIdNotFound
        : KafkaError.IllegalGeneration;

    private List<OffsetFetchResponse.Topic> Fetch(string group, List<OffsetFetchRequest.Topic>? asked, short version) =>
        asked?.ConvertAll(topic => Find(topic.Name, topic.TopicId, version) is null && version >= FirstWithTopicIds
            ? Unknown(topic)
            : Fetch(group, Find(topic.Name, topic.TopicId, version)?.Name ?? topic.Name, topic.Partitions))
        ?? parts.Groups.PartitionsOf(group).Select(topic => Fetch(group, topic.Key, topic)).ToList();

    private OffsetFetchResponse.Topic Fetch(string group, string topic, IEnumerable<int> partitions) => new()
    {
        Name = topic,
        TopicId = parts.Topics.Find(topic)?.Id ?? Guid.Empty,
        Partitions = partitions.Select(index => parts.Groups.Find(group, topic, index) is { } found
            ? new OffsetFetchResponse.Partition
            {
                Index = index,
                CommittedOffset = found.Offset,
                CommittedLeaderEpoch = found.LeaderEpoch,
                Metadata = found.Metadata,
            }
            : new OffsetFetchResponse.Partition { Index = index }).ToList(),
    };

    private static OffsetFetchResponse.Topic Unknown(OffsetFetchRequest.Topic asked) => new()
    {
        TopicId = asked.TopicId,
        Partitions = asked.Partitions.ConvertAll(index => new OffsetFetchResponse.Partition { Index = index, ErrorCode = KafkaError.UnknownTopicId }),
    };
}
