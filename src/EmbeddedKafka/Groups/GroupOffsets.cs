using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Groups;

/// <summary>What consumer groups have committed.</summary>
/// <remarks>Groups have no members here: whoever commits has assigned its partitions to itself, or administers.</remarks>
internal sealed class GroupOffsets
{
    // Offsets are no records, so the limit on memory does not count them; partitions have a limit of their own.
    private const int MaxGroups = 10_000;
    private const int MaxMetadata = 4_096;

    private readonly Dictionary<string, Dictionary<(string Topic, int Partition), CommittedOffset>> _groups = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The groups that have committed something, by name.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
            {
                return _groups.Keys.Order(StringComparer.Ordinal).ToList();
            }
        }
    }

    /// <summary>Takes an offset in.</summary>
    public KafkaError Commit(string group, string topic, int partition, CommittedOffset offset)
    {
        if (offset.Metadata.Length > MaxMetadata)
        {
            return KafkaError.OffsetMetadataTooLarge;
        }

        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var offsets))
            {
                if (_groups.Count == MaxGroups)
                {
                    return KafkaError.PolicyViolation;
                }

                _groups.Add(group, offsets = []);
            }

            offsets[(topic, partition)] = offset;
            return KafkaError.None;
        }
    }

    /// <summary>What a group has committed of a partition.</summary>
    public CommittedOffset? Find(string group, string topic, int partition)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out var offsets) && offsets.TryGetValue((topic, partition), out var found) ? found : null;
        }
    }

    /// <summary>The partitions of which a group has committed an offset, by topic.</summary>
    public IReadOnlyList<IGrouping<string, int>> PartitionsOf(string group)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out var offsets)
                ? offsets.Keys.Order().GroupBy(partition => partition.Topic, partition => partition.Partition).ToList()
                : [];
        }
    }

    /// <summary>Forgets the offsets of a topic that was deleted, as Kafka does; groups that have no others go with it.</summary>
    public void Forget(string topic)
    {
        lock (_gate)
        {
            foreach (var (group, offsets) in _groups)
            {
                foreach (var partition in offsets.Keys.Where(partition => partition.Topic == topic))
                {
                    offsets.Remove(partition); // A dictionary may be removed from while it is walked over.
                }

                if (offsets.Count == 0)
                {
                    _groups.Remove(group);
                }
            }
        }
    }
}
