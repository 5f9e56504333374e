namespace KafkaBackup.Shared;

/// <summary>A node as a place for work.</summary>
public interface IWorkerNode
{
    /// <summary>Whether it takes no new work.</summary>
    bool IsDrained { get; }

    /// <summary>From now on it takes no partitions, and those that it has are given back, to go on elsewhere. What is uploaded of them is still committed.</summary>
    void Drain();

    /// <summary>It takes work again. What other nodes took meanwhile comes back with the next run, or in a continuous one within five minutes.</summary>
    void Undrain();
}
