using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Tests.Client.Fetching;

public sealed class LargeBatchTests() : LargeBatchContract(SourceClient.Native);
