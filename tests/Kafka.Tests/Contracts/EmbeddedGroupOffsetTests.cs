using KafkaBackup.EmbeddedKafka;

namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class EmbeddedGroupOffsetTests : GroupOffsetContract
{
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Start();

    protected override string Address => _broker.BootstrapServers;

    public override async Task DisposeAsync() => await _broker.DisposeAsync();
}
