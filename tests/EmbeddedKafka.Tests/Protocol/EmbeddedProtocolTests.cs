namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

public sealed class EmbeddedProducerProtocolTests : ProducerProtocolTests
{
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Start();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private protected override Task<int> StartAsync() => Task.FromResult(_broker.Port);
}

public sealed class EmbeddedReaderProtocolTests : ReaderProtocolTests
{
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Start();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private protected override Task<int> StartAsync() => Task.FromResult(_broker.Port);
}

public sealed class EmbeddedTopicProtocolTests : TopicProtocolTests
{
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Start();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private protected override Task<int> StartAsync() => Task.FromResult(_broker.Port);
}

public sealed class EmbeddedVersionProtocolTests : VersionProtocolTests
{
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Start();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private protected override Task<int> StartAsync() => Task.FromResult(_broker.Port);
}
