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
}
