namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class FakeRecordSourceTests : RecordSourceContract
{
    protected override SourceUnderTest Start() => new FakeSourceUnderTest();
}
