using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Tests that start brokers of their own, one after the other: while a broker is stopped its ports are free, and another cluster that starts then
/// takes them.</summary>
[CollectionDefinition(Name)]
public static class OwnBrokers
{
    /// <summary>Of the collection.</summary>
    public const string Name = "brokers of their own";
}
