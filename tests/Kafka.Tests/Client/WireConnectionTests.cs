using System.Net;
using System.Net.Sockets;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <summary>A broker on a slow line, of which only bytes are known.</summary>
public sealed class WireConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task An_answer_that_keeps_coming_is_waited_for_longer_than_one_that_does_not_come()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var broker = await listener.AcceptSocketAsync();
        using var connection = new WireConnection(new BrokerAddress("127.0.0.1", 1), socket, new NetworkStream(socket));

        var greeting = connection.GreetAsync(Patience, CancellationToken.None);
        await broker.ReceiveAsync(new byte[100]);
        byte[] answer = [0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, (byte)ApiKey.Metadata, 0, 0, 0, 12];
        foreach (var one in answer)
        {
            await Task.Delay(Patience / 15); // The line's pace, which is the matter of the test: all of it takes longer than the patience.
            await broker.SendAsync(new[] { one });
        }

        await greeting;
        Assert.Equal(12, connection.VersionOf(ApiKey.Metadata));
        var failure = await Assert.ThrowsAsync<BackupException>(() => connection.GreetAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None));
        Assert.Contains("has not answered a ApiVersions request within 0 s", failure.Message, StringComparison.Ordinal);
    }
}
