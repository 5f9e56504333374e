namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class FakeTopicCatalogTests : TopicCatalogContract
{
    protected override SourceUnderTest Start() => new FakeSourceUnderTest();
}
