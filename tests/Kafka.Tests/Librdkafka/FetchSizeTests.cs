using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class FetchSizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(262_144)]
    [InlineData(BackupSection.MaxFetchBytes)]
    public void The_client_takes_any_size_that_the_configuration_takes(int bytes)
    {
        var clients = TestClients.For("localhost:1", $"backup: {{fetch_max_bytes: {bytes}}}");
        using var errors = new KafkaBackup.Kafka.Librdkafka.ClientErrors(TimeProvider.System);

        clients.CreateUncommittedReader(errors).Dispose();
    }
}
