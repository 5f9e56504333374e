namespace KafkaBackup.Shared.Kafka;

/// <summary>Sets committed offsets of consumer groups.</summary>
public interface IGroupWriter : IDisposable
{
    /// <summary>Those of <paramref name="groups"/> that have active members, in order. A group that is not there has none.</summary>
    /// <exception cref="BackupException">A group cannot be asked; the sentence names it, and the right that is missing if one is.</exception>
    Task<IReadOnlyList<string>> FindActiveAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation);

    /// <summary>Sets offsets of a group, whatever it had there before, and reads them back. Its offsets in other partitions stay. A group with active members is
    /// waited for, 30 s: brokers set offsets of others only.</summary>
    /// <param name="group">The group; it is made when it is not there.</param>
    /// <param name="offsets">What it shall have committed, by partition. Metadata that is not known becomes none, and leader epochs are left out: what they mean is
    /// another cluster's.</param>
    /// <param name="waits">Is called once when its members have to be waited for, from any thread.</param>
    /// <param name="cancellation">Gives up; what is set then is not known.</param>
    /// <returns>The partitions in which the broker took the offset without its metadata only, in order, as that is longer than it takes.</returns>
    /// <exception cref="BackupException">They could not be set, or the broker tells others than it had acknowledged.</exception>
    Task<IReadOnlyList<PartitionId>> SetAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, Action waits, CancellationToken cancellation);
}
