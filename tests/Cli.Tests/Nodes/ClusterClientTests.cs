using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

public sealed class ClusterClientTests
{
    [Theory]
    [InlineData("502 Bad Gateway", "upstream connect error", FailureKind.Internal)] // Of a mesh, while its node is away: it may pass.
    [InlineData("404 Not Found", "no such page", FailureKind.Configuration)] // Of somebody who is no node.
    public async Task What_stands_between_may_be_of_a_node_that_is_away(string status, string said, FailureKind expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener, $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {said.Length}\r\nConnection: close\r\n\r\n{said}");
        using var client = new ClusterClient($"{listener.LocalEndpoint}", null, null);

        var failure = await Assert.ThrowsAnyAsync<BackupException>(() => client.GetAsync("nightly", CancellationToken.None));

        await answering;
        Assert.Equal(expected, failure.Kind);
        Assert.Contains($"answers with {status[..3]} and something that no node says", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_declared_is_told_apart_from_what_cannot_be_known()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        const string Said = """{"kind":"Configuration","problems":["No backup 'nightly' is declared."]}""";
        var answering = AnswerAsync(listener, $"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {Said.Length}\r\nConnection: close\r\n\r\n{Said}");
        using var client = new ClusterClient($"{listener.LocalEndpoint}", null, null);

        await Assert.ThrowsAsync<NotThereException>(() => client.GetAsync("nightly", CancellationToken.None));
        await answering;
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var peer = await listener.AcceptTcpClientAsync();
        await using var stream = peer.GetStream();
        _ = await stream.ReadAsync(new byte[1024]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }
}
