namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class NativeEmbeddedRecordSourceTests : RecordSourceContract
{
    protected override bool ReadsByTopicId => true;

    protected override SourceUnderTest Start() => new KafkaSourceUnderTest(isNative: true);
}
