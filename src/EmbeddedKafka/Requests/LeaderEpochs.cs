using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Compares the leader epoch that a client believes in with the one there is.</summary>
internal static class LeaderEpochs
{
    /// <summary>The error for a client's leader epoch; -1 is a client that does not care.</summary>
    public static KafkaError Check(int epoch) => epoch switch
    {
        -1 or BrokerIdentity.LeaderEpoch => KafkaError.None,
        > BrokerIdentity.LeaderEpoch => KafkaError.UnknownLeaderEpoch,
        _ => KafkaError.FencedLeaderEpoch,
    };

    /// <summary>The offset behind the last record of an epoch, in a log that has known one epoch only; null for -1 and for epochs to come.</summary>
    public static long? EndOf(int epoch, LogBounds bounds) => epoch switch
    {
        BrokerIdentity.LeaderEpoch => bounds.HighWatermark,
        -1 or > BrokerIdentity.LeaderEpoch => null,
        _ => bounds.LogStart, // What was before the first epoch ended where that began.
    };
}
