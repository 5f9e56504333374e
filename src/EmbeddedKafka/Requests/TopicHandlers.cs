using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Makes and deletes topics.</summary>
internal sealed class TopicHandlers(BrokerParts parts)
{
    private readonly record struct Refusal(KafkaError Error, string Message);

    /// <summary>Answers CreateTopics.</summary>
    public CreateTopicsResponse Create(CreateTopicsRequest request)
    {
        var repeated = request.Topics.CountBy(topic => topic.Name, StringComparer.Ordinal)
            .Where(name => name.Value > 1).Select(name => name.Key).ToHashSet(StringComparer.Ordinal);
        return new CreateTopicsResponse
        {
            Topics = request.Topics.DistinctBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => repeated.Contains(topic.Name)
                ? Refused(topic, new Refusal(KafkaError.InvalidRequest, $"The topic '{topic.Name}' is named twice."))
                : Create(topic, request.ValidateOnly)).ToList(),
        };
    }

    /// <summary>Answers DeleteTopics.</summary>
    public DeleteTopicsResponse Delete(DeleteTopicsRequest request, short version)
    {
        var asked = version < 6 ? request.TopicNames.ConvertAll(name => new DeleteTopicsRequest.Topic { Name = name }) : request.Topics;
        var repeated = asked.GroupBy(topic => (topic.Name, topic.TopicId)).Where(same => same.Skip(1).Any()).Select(same => same.Key).ToHashSet();
        return new DeleteTopicsResponse
        {
            Topics = asked.DistinctBy(topic => (topic.Name, topic.TopicId)).Select(topic => Refuse(topic, repeated) ?? Delete(topic)).ToList(),
        };
    }

    private static DeleteTopicsResponse.Topic? Refuse(DeleteTopicsRequest.Topic asked, HashSet<(string? Name, Guid Id)> repeated)
    {
        var problem = repeated.Contains((asked.Name, asked.TopicId)) ? "The topic is named twice."
            : asked.Name is null == (asked.TopicId == Guid.Empty) ? "A topic is named either by its name or by its id."
            : null;
        return problem is null
            ? null
            : new DeleteTopicsResponse.Topic
            {
                Name = asked.Name,
                TopicId = asked.TopicId,
                ErrorCode = KafkaError.InvalidRequest,
                ErrorMessage = problem,
            };
    }

    private DeleteTopicsResponse.Topic Delete(DeleteTopicsRequest.Topic asked)
    {
        var topic = asked.Name is null ? parts.Topics.Find(asked.TopicId) : parts.Topics.Find(asked.Name);
        var unknown = asked.Name is null ? KafkaError.UnknownTopicId : KafkaError.UnknownTopicOrPartition;
        var isGone = topic is not null && parts.Topics.Delete(topic);
        if (isGone)
        {
            parts.Groups.Forget(topic!.Name);
        }

        return new DeleteTopicsResponse.Topic
        {
            Name = topic?.Name ?? asked.Name,
            TopicId = topic?.Id ?? asked.TopicId,
            ErrorCode = isGone ? KafkaError.None : unknown,
            ErrorMessage = isGone ? null : "There is no such topic.",
        };
    }

    private CreateTopicsResponse.Topic Create(CreateTopicsRequest.Topic asked, bool validateOnly)
    {
        var settings = TopicSettings.Parse(asked.Configs.Select(config => KeyValuePair.Create(config.Name, config.Value)), out var problem);
        var partitions = asked.Assignments.Count > 0 ? asked.Assignments.Count : asked.NumPartitions == -1 ? 1 : asked.NumPartitions;
        if (Check(asked, partitions) is { } refusal)
        {
            return Refused(asked, refusal);
        }

        if (settings is null)
        {
            return Refused(asked, new Refusal(KafkaError.InvalidConfig, $"{problem}."));
        }

        var made = validateOnly ? null : parts.Topics.Create(asked.Name, partitions, settings);
        if (made is null && !validateOnly)
        {
            return Refused(asked, Exists(asked.Name));
        }

        return new CreateTopicsResponse.Topic
        {
            Name = asked.Name,
            TopicId = made?.Id ?? Guid.NewGuid(), // What is only validated gets an id too, and it means nothing.
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = ConfigHandlers.Describe(settings).Select(config => new CreateTopicsResponse.Config
            {
                Name = config.Name,
                Value = config.Value,
                ConfigSource = config.ConfigSource,
            }).ToList(),
        };
    }

    private Refusal? Check(CreateTopicsRequest.Topic asked, int partitions)
    {
        if (TopicNames.Problem(asked.Name) is { } problem)
        {
            return new Refusal(KafkaError.InvalidTopic, problem);
        }

        if (parts.Topics.Find(asked.Name) is not null)
        {
            return Exists(asked.Name);
        }

        // Kafka's metrics write both as '_', so it lets only one of two such topics exist.
        if (parts.Topics.All.FirstOrDefault(topic => topic.Name.Replace('.', '_') == asked.Name.Replace('.', '_')) is { } other)
        {
            return new Refusal(KafkaError.InvalidTopic, $"The topic '{asked.Name}' collides with the topic '{other.Name}'.");
        }

        if (asked.Assignments.Count > 0)
        {
            return CheckAssignments(asked);
        }

        if (partitions < 1)
        {
            return new Refusal(KafkaError.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
        }

        if (partitions > parts.Topics.MaxPartitions - parts.Topics.PartitionCount)
        {
            return new Refusal(KafkaError.InvalidPartitions, $"The embedded broker takes {parts.Topics.MaxPartitions} partitions at most.");
        }

        return asked.ReplicationFactor is 1 or -1
            ? null
            : new Refusal(KafkaError.InvalidReplicationFactor,
                $"The embedded broker has one node, so the replication factor cannot be {asked.ReplicationFactor}.");
    }

    private static Refusal? CheckAssignments(CreateTopicsRequest.Topic asked)
    {
        if (asked.NumPartitions != -1 || asked.ReplicationFactor != -1)
        {
            return new Refusal(KafkaError.InvalidRequest, "Either partitions and replication factor are given, or an assignment.");
        }

        var numbers = asked.Assignments.Select(assignment => assignment.PartitionIndex).Order();
        var isWhole = numbers.SequenceEqual(Enumerable.Range(0, asked.Assignments.Count));
        return isWhole && asked.Assignments.TrueForAll(assignment => assignment.BrokerIds is [BrokerIdentity.NodeId])
            ? null
            : new Refusal(KafkaError.InvalidReplicaAssignment, $"Partitions must be numbered from 0 and assigned to node {BrokerIdentity.NodeId}.");
    }

    private static Refusal Exists(string name) => new(KafkaError.TopicAlreadyExists, $"Topic '{name}' already exists.");

    private static CreateTopicsResponse.Topic Refused(CreateTopicsRequest.Topic asked, Refusal refusal) =>
        new() { Name = asked.Name, ErrorCode = refusal.Error, ErrorMessage = refusal.Message, Configs = [] };
}
