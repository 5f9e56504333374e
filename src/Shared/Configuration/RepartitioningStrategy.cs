namespace KafkaBackup.Shared.Configuration;

/// <summary><c>strategy</c> of <c>restore.repartitioning</c>: how a record's partition is chosen.</summary>
public enum RepartitioningStrategy
{
    /// <summary><c>murmur2</c>, the default: by its key, as Kafka's Java producer does; records without a key are spread.</summary>
    Murmur2,

    /// <summary><c>automatic</c>: all records are spread evenly, whatever their keys.</summary>
    Automatic,
}
