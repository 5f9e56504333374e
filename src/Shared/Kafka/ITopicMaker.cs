namespace KafkaBackup.Shared.Kafka;

/// <summary>Makes topics, and changes those that are there.</summary>
public interface ITopicMaker : IDisposable
{
    /// <summary>How many brokers the cluster has.</summary>
    /// <exception cref="BackupException">It cannot be asked.</exception>
    Task<int> CountBrokersAsync(CancellationToken cancellation);

    /// <summary>Whether the user may make topics whatever their names; null when the target does not tell.</summary>
    /// <exception cref="BackupException">It cannot be asked.</exception>
    Task<bool?> MayCreateAsync(CancellationToken cancellation);

    /// <summary>Topics as they are, by name; those that are not there are left out.</summary>
    /// <exception cref="BackupException">They cannot be asked for, or their settings may not be seen.</exception>
    Task<IReadOnlyDictionary<string, ExistingTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation);

    /// <summary>Changes settings of a topic, and leaves its others as they are.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="settings">The settings; null takes the topic's own away, so that it has the cluster's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">They were not changed.</exception>
    Task SetAsync(string topic, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation);

    /// <summary>Deletes the records of partitions below these offsets.</summary>
    /// <exception cref="BackupException">Not all were.</exception>
    Task DeleteRecordsAsync(IReadOnlyDictionary<PartitionId, long> below, CancellationToken cancellation);

    /// <summary>Asks whether a topic could be made so, and does not make it.</summary>
    /// <returns>The settings that this cluster does not take, each with what it says of it, without a full stop; empty as well when it would not make the topic for other reasons.</returns>
    /// <exception cref="BackupException">It cannot be asked.</exception>
    Task<IReadOnlyDictionary<string, string>> FindRefusedAsync(NewTopic topic, CancellationToken cancellation);

    /// <summary>Makes a topic.</summary>
    /// <returns>The settings that this cluster does not know, and that were left out for it; empty as a rule.</returns>
    /// <exception cref="BackupException">It was not made: it is there already, it may not be made, or the cluster does not take a setting.</exception>
    Task<IReadOnlyList<string>> CreateAsync(NewTopic topic, CancellationToken cancellation);
}
