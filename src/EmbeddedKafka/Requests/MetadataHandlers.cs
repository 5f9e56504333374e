using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Says which node, topics and partitions there are.</summary>
internal sealed class MetadataHandlers(BrokerParts parts)
{
    // Bits by Kafka's numbers of the operations; without access control everyone may do all that the kind of resource knows.
    private const int TopicOperations = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;
    private const int ClusterOperations = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;

    private const sbyte BrokerEndpoints = 1;
    private const sbyte ControllerEndpoints = 2;

    /// <summary>Answers Metadata.</summary>
    public MetadataResponse Describe(MetadataRequest request, short version)
    {
        // Versions 10 and 11 have a field for ids, and no way to ask by it.
        if (version < 12 && request.Topics?.Exists(topic => topic.Name is null || topic.TopicId != Guid.Empty) == true)
        {
            return Refuse(request, KafkaError.InvalidRequest);
        }

        // Version 0 cannot say null, and means all topics by none.
        var all = request.Topics is null || (version == 0 && request.Topics.Count == 0);
        var topics = all
            ? parts.Topics.All.Select(Describe)
            : request.Topics!.Select(topic => topic.Name is null
                ? parts.Topics.Find(topic.TopicId) is { } found
                    ? Describe(found)
                    : new MetadataResponse.Topic { ErrorCode = KafkaError.UnknownTopicId, Name = null, TopicId = topic.TopicId }
                : DescribeNamed(topic.Name));
        var response = new MetadataResponse
        {
            Brokers = [new() { NodeId = BrokerIdentity.NodeId, Host = parts.Identity.Host, Port = parts.Identity.Endpoint.Port }],
            ClusterId = parts.Identity.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Topics = topics.ToList(),
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? ClusterOperations : int.MinValue,
        };
        if (request.IncludeTopicAuthorizedOperations)
        {
            response.Topics.FindAll(topic => topic.Name is not null).ForEach(topic => topic.AuthorizedOperations = TopicOperations);
        }

        return response;
    }

    /// <summary>Answers DescribeCluster.</summary>
    public DescribeClusterResponse DescribeCluster(DescribeClusterRequest request) => request.EndpointType == BrokerEndpoints
        ? new DescribeClusterResponse
        {
            ClusterId = parts.Identity.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Brokers = [new() { BrokerId = BrokerIdentity.NodeId, Host = parts.Identity.Host, Port = parts.Identity.Endpoint.Port }],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? ClusterOperations : int.MinValue,
        }
        : new DescribeClusterResponse
        {
            ErrorCode = request.EndpointType == ControllerEndpoints ? KafkaError.MismatchedEndpointType : KafkaError.UnsupportedEndpointType,
            ErrorMessage = "Only brokers can be described here.",
        };

    /// <summary>Answers DescribeTopicPartitions, a page at a time.</summary>
    public DescribeTopicPartitionsResponse DescribePartitions(DescribeTopicPartitionsRequest request)
    {
        var names = request.Topics.Count == 0 ? parts.Topics.All.Select(topic => topic.Name) : request.Topics.Select(topic => topic.Name);
        var pending = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => request.Cursor is null || string.CompareOrdinal(name, request.Cursor.TopicName) >= 0);
        var room = Math.Clamp(request.ResponsePartitionLimit, 1, 2000);
        var response = new DescribeTopicPartitionsResponse();
        foreach (var name in pending)
        {
            var first = request.Cursor?.TopicName == name ? Math.Max(0, request.Cursor.PartitionIndex) : 0;
            if (room == 0)
            {
                response.NextCursor = new PartitionCursor { TopicName = name, PartitionIndex = first };
                break;
            }

            var described = DescribePage(name, first, room);
            response.Topics.Add(described);
            room -= described.Partitions.Count;
            if (first + described.Partitions.Count < parts.Topics.Find(name)?.Partitions.Count)
            {
                response.NextCursor = new PartitionCursor { TopicName = name, PartitionIndex = first + described.Partitions.Count };
                break;
            }
        }

        return response;
    }

    private MetadataResponse.Topic DescribeNamed(string name) => parts.Topics.Find(name) is { } topic
        ? Describe(topic)
        : new MetadataResponse.Topic
        {
            ErrorCode = TopicNames.Problem(name) is null ? KafkaError.UnknownTopicOrPartition : KafkaError.InvalidTopic,
            Name = name,
        };

    private static MetadataResponse.Topic Describe(Topic topic) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        Partitions = topic.Partitions.Select((_, index) => new MetadataResponse.Partition
        {
            Index = index,
            LeaderId = BrokerIdentity.NodeId,
            LeaderEpoch = BrokerIdentity.LeaderEpoch,
            ReplicaNodes = [BrokerIdentity.NodeId],
            IsrNodes = [BrokerIdentity.NodeId],
        }).ToList(),
    };

    private static MetadataResponse Refuse(MetadataRequest request, KafkaError error) => new()
    {
        Topics = request.Topics!.ConvertAll(topic => new MetadataResponse.Topic
        {
            ErrorCode = error,
            Name = topic.Name ?? "",
            TopicId = topic.TopicId,
        }),
    };

    private DescribeTopicPartitionsResponse.Topic DescribePage(string name, int first, int room)
    {
        if (parts.Topics.Find(name) is not { } topic)
        {
            return new DescribeTopicPartitionsResponse.Topic
            {
                ErrorCode = TopicNames.Problem(name) is null ? KafkaError.UnknownTopicOrPartition : KafkaError.InvalidTopic,
                Name = name,
                AuthorizedOperations = TopicOperations,
            };
        }

        return new DescribeTopicPartitionsResponse.Topic
        {
            Name = name,
            TopicId = topic.Id,
            AuthorizedOperations = TopicOperations,
            Partitions = topic.Partitions.Index().Skip(first).Take(room).Select(partition => new DescribeTopicPartitionsResponse.Partition
            {
                Index = partition.Index,
                LeaderId = BrokerIdentity.NodeId,
                LeaderEpoch = BrokerIdentity.LeaderEpoch,
                ReplicaNodes = [BrokerIdentity.NodeId],
                IsrNodes = [BrokerIdentity.NodeId],
                EligibleLeaderReplicas = [],
                LastKnownElr = [],
            }).ToList(),
        };
    }
}
