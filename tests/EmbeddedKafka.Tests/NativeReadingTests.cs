using KafkaBackup.Kafka.Client.Fetching;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class NativeReadingTests : SourceReadingContract
{
    protected override IRecordSource NewSource(string address) => new NativeRecordSource(ClientsFor(address));
}
