using System.Net.Sockets;
using System.Text;
using KafkaBackup.Cli.Pbm;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>What strangers send to the port of commands does the node no harm, and gets them nothing.</summary>
[Collection(NodeGroup.Name)]
public sealed class PbmServerTests(NodeFixture fixture)
{
    private const string NotACommand = "This port takes one command as a line of JSON";

    private readonly TestNode _node = fixture.Node;

    public static TheoryData<string> Garbage =>
    [
        "\n", "null\n", "[]\n", "{}\n", "{\"command\":null}\n", "{\"command\":[null]}\n", "{\"command\":\"cluster\"}\n", "{\"command\":[[1]]}\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\0\0\0\u0001\n", "{\"command\":" + new string('[', 5000) + "\n",
    ];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_answered_with_what_the_port_takes(string sent) =>
        Assert.Contains(NotACommand, await SendAsync(Encoding.Latin1.GetBytes(sent)), StringComparison.Ordinal);

    [Fact]
    public async Task Bytes_that_are_no_text_are_garbage_too()
    {
        var bytes = new byte[4000];
        new Random(1).NextBytes(bytes);
        bytes[^1] = (byte)'\n';

        Assert.Contains(NotACommand, await SendAsync(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_an_end_is_cut_off()
    {
        Assert.Contains("A command has at most 16384 bytes.", await SendAsync([.. Enumerable.Repeat((byte)'x', 100_000)]), StringComparison.Ordinal);

        using var socket = await ConnectAsync();
        var sending = async () =>
        {
            // Whatever buffers there are on the way, they are full one day if nobody ends this.
            for (var i = 0; i < 10_000; i++)
            {
                await socket.GetStream().WriteAsync(new byte[64 * 1024]).AsTask().WaitAsync(TestLimits.Hang);
            }
        };
        await Assert.ThrowsAsync<IOException>(sending);
        await StillAnswersAsync();
    }

    [Fact]
    public async Task Without_the_token_nothing_is_answered()
    {
        Assert.Contains("This node demands a token", await SendAsync("{\"command\":[\"cluster\",\"show\"]}\n"u8.ToArray()), StringComparison.Ordinal);

        var wrong = new PbmClient(_node.Pbm, "wrong", patience: TestLimits.Hang);
        var e = await Assert.ThrowsAsync<BackupException>(
            () => PbmOutput.WriteAsync(wrong, ["help"], asJson: false, new StringWriter(), CancellationToken.None));
        Assert.Equal(ExitCode.Usage, ExitCode.Of(e.Kind));
        Assert.Contains("The token is not this node's", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_may_be_followed_by_the_end_of_what_is_sent()
    {
        var answer = await SendAsync(
            Encoding.UTF8.GetBytes($"{{\"token\":\"{NodeFixture.Secret}\",\"command\":[\"cluster\",\"leader\"]}}\n"), shutsDown: true);

        Assert.Contains(_node.Address, answer, StringComparison.Ordinal);
        Assert.EndsWith("{\"end\":true}\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_connections_that_say_nothing_or_do_not_read_end_by_themselves()
    {
        var sockets = new List<TcpClient>();
        for (var i = 0; i < 100; i++)
        {
            sockets.Add(await ConnectAsync());
            if (i % 2 == 1)
            {
                await sockets[^1].GetStream().WriteAsync(
                    Encoding.UTF8.GetBytes($"{{\"token\":\"{NodeFixture.Secret}\",\"command\":[\"actor\",\"config\"]}}\n"));
            }
        }

        await StillAnswersAsync();

        sockets.ForEach(socket => socket.Dispose());
        await StillAnswersAsync();
    }

    [Fact]
    public async Task Who_follows_leaves_room_for_questions()
    {
        using var stop = new CancellationTokenSource();
        var followers = new List<IAsyncEnumerator<Management.Pbm.PbmAnswer>>();
        for (var i = 0; i < 16; i++)
        {
            followers.Add(_node.Client.SendAsync(["cluster", "tail"], stop.Token).GetAsyncEnumerator());
            Assert.True(await followers[^1].MoveNextAsync());
        }

        var e = await Assert.ThrowsAsync<BackupException>(() => _node.AskAsync("log", "tail"));
        Assert.Contains("As many follow this node as may", e.Message, StringComparison.Ordinal);
        await StillAnswersAsync();

        foreach (var follower in followers)
        {
            await follower.DisposeAsync();
        }
    }

    private async Task StillAnswersAsync() => Assert.Equal([_node.Address], await _node.AskAsync("cluster", "leader"));

    private async Task<TcpClient> ConnectAsync()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(_node.Pbm.Host, _node.Pbm.Port);
        return socket;
    }

    private async Task<string> SendAsync(byte[] sent, bool shutsDown = false)
    {
        using var socket = await ConnectAsync();
        var stream = socket.GetStream();
        await stream.WriteAsync(sent);
        if (shutsDown)
        {
            socket.Client.Shutdown(SocketShutdown.Send);
        }

        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TestLimits.Hang);
    }
}
