using System.Collections.Concurrent;
using KafkaBackup.EmbeddedKafka.Logs;

namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>The topics of the broker.</summary>
internal sealed class TopicCatalog(MemoryBudget budget, TimeProvider clock, TopicIds ids, int maxPartitions)
{
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = new();
    private readonly Lock _changes = new();

    /// <summary>All topics by name.</summary>
    public IReadOnlyList<Topic> All => _byName.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList();

    /// <summary>How many partitions there may be.</summary>
    public int MaxPartitions => maxPartitions;

    /// <summary>How many partitions there are.</summary>
    public int PartitionCount => _byName.Values.Sum(topic => topic.Partitions.Count);

    /// <summary>The topic of a name.</summary>
    public Topic? Find(string? name) => name is not null && _byName.TryGetValue(name, out var topic) ? topic : null;

    /// <summary>The topic of an id.</summary>
    public Topic? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>Makes a topic, unless there is one of that name; then null.</summary>
    public Topic? Create(string name, int partitions, TopicSettings settings)
    {
        lock (_changes)
        {
            if (_byName.ContainsKey(name))
            {
                return null;
            }

            var logs = Enumerable.Range(0, partitions).Select(_ => new PartitionLog(settings, budget, clock)).ToList();
            var topic = new Topic(name, ids.Next(name), settings, logs);
            _byId[topic.Id] = topic;
            _byName[name] = topic;
            return topic;
        }
    }

    /// <summary>Deletes a topic with its records.</summary>
    public bool Delete(Topic topic)
    {
        lock (_changes)
        {
            if (!_byId.TryRemove(topic.Id, out _))
            {
                return false;
            }

            _byName.TryRemove(topic.Name, out _);
        }

        foreach (var log in topic.Partitions)
        {
            log.Delete();
        }

        return true;
    }
}
