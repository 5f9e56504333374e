using System.Collections.Immutable;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>What the brokers said of themselves and of topics at one time.</summary>
internal sealed class ClusterSnapshot
{
    private readonly Dictionary<int, BrokerAddress> _brokers;
    private readonly ImmutableDictionary<string, (MetadataResponse.Topic Told, int Generation)> _topics;
    private readonly int _generation;

    private ClusterSnapshot(int generation, Dictionary<int, BrokerAddress> brokers, ImmutableDictionary<string, (MetadataResponse.Topic Told, int Generation)> topics) =>
        (_generation, _brokers, _topics) = (generation, brokers, topics);

    /// <summary>Nothing is known.</summary>
    public static ClusterSnapshot Empty { get; } = new(0, [], ImmutableDictionary.Create<string, (MetadataResponse.Topic Told, int Generation)>(StringComparer.Ordinal));

    /// <summary>All brokers.</summary>
    public IReadOnlyCollection<BrokerAddress> Brokers => _brokers.Values;

    /// <summary>Where a broker listens.</summary>
    public BrokerAddress? AddressOf(int node) => _brokers.GetValueOrDefault(node);

    /// <summary>What follows this one, by what brokers told of some topics; of the others it is what it was.</summary>
    public ClusterSnapshot Next(MetadataResponse answer) => new(
        _generation + 1,
        answer.Brokers.ToDictionary(broker => broker.NodeId, broker => new BrokerAddress(broker.Host, broker.Port)),
        _topics.SetItems(answer.Topics.Where(topic => topic.Name is not null).Select(topic => KeyValuePair.Create(topic.Name!, (topic, _generation + 1)))));

    /// <summary>Whether brokers were asked for a topic, whatever they told.</summary>
    public bool HasHeardOf(string topic) => _topics.ContainsKey(topic);

    /// <summary>Who leads <paramref name="partition"/>; null when nobody is known to.</summary>
    public PartitionLead? FindLead(PartitionId partition) =>
        _topics.TryGetValue(partition.Topic, out var topic) && Find(topic.Told, partition.Number) is { LeaderId: >= 0 } led && _brokers.ContainsKey(led.LeaderId)
            ? new PartitionLead(led.LeaderId, led.LeaderEpoch, topic.Told.TopicId, topic.Generation)
            : null;

    /// <summary>Why nobody is known to lead <paramref name="partition"/>, as the brokers have it.</summary>
    public KafkaError WhyNotLed(PartitionId partition) => !_topics.TryGetValue(partition.Topic, out var topic) ? KafkaError.LeaderNotAvailable
        : topic.Told.ErrorCode != KafkaError.None ? topic.Told.ErrorCode
        : Find(topic.Told, partition.Number) is null ? KafkaError.UnknownTopicOrPartition
        : KafkaError.LeaderNotAvailable;

    /// <summary>Brokers of Kafka tell of a topic's partitions in any order, mostly that of their numbers; a topic may have very many.</summary>
    private static MetadataResponse.Partition? Find(MetadataResponse.Topic topic, int number) =>
        number < topic.Partitions.Count && topic.Partitions[number].Index == number ? topic.Partitions[number] : topic.Partitions.Find(one => one.Index == number);

    /// <summary>Who leads <paramref name="partition"/>.</summary>
    /// <exception cref="BackupException">Nobody does at the time, or the user has no right to know.</exception>
    public PartitionLead LeadOf(PartitionId partition)
    {
        if (FindLead(partition) is { } lead)
        {
            return lead;
        }

        if (!_topics.TryGetValue(partition.Topic, out var topic))
        {
            throw new NoLeaderException($"no broker has told of topic '{partition.Topic}' yet", isTopicThere: false);
        }

        if (topic.Told.ErrorCode is KafkaError.TopicAuthorizationFailed)
        {
            throw new BackupException(FailureKind.Source, $"the user has no right to topic '{partition.Topic}' any more: give it Describe, and Write to restore into it or Read to back it up");
        }

        throw topic.Told.ErrorCode is KafkaError.UnknownTopicOrPartition
            ? new NoLeaderException($"the brokers know no topic '{partition.Topic}': was it deleted?", isTopicThere: false)
            : new NoLeaderException("it has no leader: start the brokers that hold its replicas", isTopicThere: true);
    }
}
