namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class EmbeddedTopicCatalogTests : TopicCatalogContract
{
    protected override SourceUnderTest Start() => new KafkaSourceUnderTest();
}
