using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Commands;
using KafkaBackup.Cli.Pbm;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>The command line, and what it says when nobody or somebody else answers.</summary>
public sealed class PbmClientTests
{
    [Fact]
    public async Task Nobody_there_is_a_sentence_and_may_pass()
    {
        var e = await Assert.ThrowsAsync<ClusterAwayException>(() => AskAsync(TestNode.FreePort()));

        Assert.StartsWith("No node answers at 127.0.0.1:", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, ExitCode.Of(e.Kind));
    }

    [Fact]
    public async Task Silence_is_not_borne_for_ever() => Assert.Contains(
        "(nothing within", (await Assert.ThrowsAsync<ClusterAwayException>(() => AnsweredByAsync(null, TimeSpan.FromMilliseconds(50)))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Half_an_answer_is_none() => Assert.Contains(
        "ended its answer in the middle", (await Assert.ThrowsAsync<ClusterAwayException>(() => AnsweredByAsync("{\"text\":\"a\"}\n{\"te"))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("null\n")]
    public async Task Somebody_else_is_told_from_a_node(string answer)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => AnsweredByAsync(answer));

        Assert.Contains("answers with something that no node says", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, ExitCode.Of(e.Kind));
    }

    [Theory]
    [InlineData("node-0:9110", "node-0", 9110)]
    [InlineData("[::1]:9111", "::1", 9111)]
    public void An_address_has_a_port(string text, string host, int port)
    {
        Assert.True(PbmAddress.TryParse(text, out var address));
        Assert.Equal(new PbmAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("cluster")]
    [InlineData("node-0:")]
    [InlineData(":9110")]
    [InlineData("node-0:65536")]
    [InlineData("akka.tcp://KafkaBackup@node-0:4053")]
    public void Other_words_are_no_address(string text) => Assert.False(PbmAddress.TryParse(text, out _));

    [Fact]
    public void Options_of_verbs_are_left_to_the_node()
    {
        var parsed = new RootCommand { PbmCommand.Create() }
            .Parse(["pbm", "node-0:9110", "actor", "hierarchy", "-d", "8", "--start", "/user", "--json"]);

        Assert.Empty(parsed.Errors);
        Assert.Equal(["node-0:9110", "actor", "hierarchy", "-d", "8", "--start", "/user"], parsed.GetValue<string[]>("command")!);
    }

    private static Task AskAsync(int port, TimeSpan? patience = null) => PbmOutput.WriteAsync(
        new PbmClient(new PbmAddress("127.0.0.1", port), null, patience: patience), ["uptime"], asJson: false, new StringWriter(), CancellationToken.None);

    /// <summary>Asks somebody who says what is given, or nothing, whatever is asked.</summary>
    private static async Task AnsweredByAsync(string? answer, TimeSpan? patience = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asking = AskAsync(((IPEndPoint)listener.LocalEndpoint).Port, patience);
        using (var socket = await listener.AcceptTcpClientAsync())
        {
            if (answer is null)
            {
                await asking;
            }

            using var reader = new StreamReader(socket.GetStream(), leaveOpen: true);
            await reader.ReadLineAsync(); // What stays unread would reset the connection, and the answer with it.
            await socket.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer!));
        }

        await asking;
    }
}
