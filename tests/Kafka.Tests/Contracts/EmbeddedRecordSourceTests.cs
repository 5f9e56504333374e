namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class EmbeddedRecordSourceTests : RecordSourceContract
{
    protected override SourceUnderTest Start() => new KafkaSourceUnderTest();
}
