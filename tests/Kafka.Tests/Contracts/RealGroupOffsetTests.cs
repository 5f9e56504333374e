namespace KafkaBackup.Kafka.Tests.Contracts;

public sealed class RealGroupOffsetTests : GroupOffsetContract
{
    protected override string Address { get; } = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER") ?? "";
}
