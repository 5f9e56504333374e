using KafkaBackup.EmbeddedKafka.Groups;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.EmbeddedKafka.Transactions;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>What requests work on.</summary>
internal sealed record BrokerParts(
    BrokerIdentity Identity, TopicCatalog Topics, TransactionCoordinator Transactions, GroupOffsets Groups, TimeProvider Clock);
