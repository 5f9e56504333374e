using System.Net.Sockets;
using KafkaBackup.EmbeddedKafka.Tests.Protocol;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

public sealed class LifetimeTests
{
    [Fact]
    public async Task Brokers_do_not_share_anything()
    {
        await using var one = EmbeddedBroker.Start();
        await using var two = EmbeddedBroker.Start();

        Assert.NotEqual(one.Port, two.Port);
        Assert.NotEqual(one.ClusterId, two.ClusterId);
        Assert.Equal(22, one.ClusterId.Length);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_at_the_start()
    {
        await using var one = EmbeddedBroker.Start();

        Assert.Throws<SocketException>(() => EmbeddedBroker.Start(new EmbeddedBrokerOptions { Port = one.Port }));
    }

    [Fact]
    public async Task A_broker_stops_while_clients_wait_and_its_port_is_free_again()
    {
        int port;
        await using (var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { ClusterId = "mine" }))
        {
            port = broker.Port;
            using var client = new RawClient(port);
            await client.AskAsync<CreateTopicsResponse>(ApiKey.CreateTopics, 5, new CreateTopicsRequest
            {
                Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }],
            });
            using var frame = WireFrames.WriteRequest(new RequestHeader(ApiKey.Fetch, 12, 9, null), new FetchRequest
            {
                MaxWaitMs = int.MaxValue,
                MinBytes = 1,
                Topics = [new() { Name = "t", Partitions = [new() { MaxBytes = 1 }] }],
            });
            await client.SendAsync(frame.Written);
            Assert.Equal("mine", broker.ClusterId);
        }

        await using var next = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Port = port });
        Assert.Equal(port, next.Port);
    }
}
