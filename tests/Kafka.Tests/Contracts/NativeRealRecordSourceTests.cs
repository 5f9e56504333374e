namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class NativeRealRecordSourceTests : RecordSourceContract
{
    private static readonly string? Broker = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER");

    protected override bool IsThere => !string.IsNullOrEmpty(Broker);

    protected override bool ReadsByTopicId => true;

    protected override SourceUnderTest Start() => new KafkaSourceUnderTest(Broker, isNative: true);
}
