using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

public sealed class RealProducerProtocolTests : ProducerProtocolTests
{
    private protected override Task<int> StartAsync() => RealBroker.PortAsync();
}

public sealed class RealReaderProtocolTests : ReaderProtocolTests
{
    private protected override Task<int> StartAsync() => RealBroker.PortAsync();
}

public sealed class RealTopicProtocolTests : TopicProtocolTests
{
    private protected override Task<int> StartAsync() => RealBroker.PortAsync();
}

public sealed class RealVersionProtocolTests : VersionProtocolTests
{
    private protected override Task<int> StartAsync() => RealBroker.PortAsync();
}

/// <summary>Kafka's own broker on this machine, if there is one.</summary>
internal static class RealBroker
{
    public static Task<int> PortAsync()
    {
        var servers = Environment.GetEnvironmentVariable("KAFKA_BACKUP_TEST_BROKER");
        Skip.If(string.IsNullOrEmpty(servers), "KAFKA_BACKUP_TEST_BROKER names no broker.");
        return Task.FromResult(int.Parse(servers.Split(',')[0].Split(':')[1]));
    }
}
