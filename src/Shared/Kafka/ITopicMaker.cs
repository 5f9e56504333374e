namespace KafkaBackup.Shared.Kafka;

/// <summary>Makes topics.</summary>
public interface ITopicMaker : IDisposable
{
    /// <summary>How many brokers the cluster has.</summary>
    /// <exception cref="BackupException">It cannot be asked.</exception>
    Task<int> CountBrokersAsync(CancellationToken cancellation);

    /// <summary>Makes a topic.</summary>
    /// <returns>The settings that this cluster does not know, and that were left out for it; empty as a rule.</returns>
    /// <exception cref="BackupException">It was not made: it is there already, it may not be made, or the cluster does not take a setting.</exception>
    Task<IReadOnlyList<string>> CreateAsync(NewTopic topic, CancellationToken cancellation);
}
