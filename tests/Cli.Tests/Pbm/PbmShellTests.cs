using KafkaBackup.Cli.Pbm;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>The shell on a node.</summary>
[Collection(NodeGroup.Name)]
public sealed class PbmShellTests(NodeFixture fixture)
{
    private readonly TestNode _node = fixture.Node;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private PbmShell Shell => new(_node.Client, _output, _error, new Interrupts());

    [Fact]
    public void It_asks_with_the_address_of_the_node() => Assert.Equal($"[127.0.0.1:{_node.Pbm.Port}] pbm> ", Shell.Prompt);

    [Fact]
    public async Task Lines_are_carried_out_until_exit()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("cluster leader", "", "  actor   system ", "exit", "uptime"));

        Assert.Equal($"{_node.Address}{Environment.NewLine}akka://KafkaBackup{Environment.NewLine}", _output.ToString());
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task A_wrong_line_is_told_and_the_last_one_decides_the_exit_code()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("nonsense", "uptime"));
        Assert.Equal(ExitCode.Usage, await RunAsync("uptime", "cluster nonsense"));

        Assert.Contains("Error: There is no palette 'nonsense'.", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Error: 'cluster' has no verb 'nonsense'.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_goes_to_a_file()
    {
        var folder = Directory.CreateTempSubdirectory("pbm-shell-");
        var file = Path.Combine(folder.FullName, "two words.txt");

        Assert.Equal(ExitCode.Ok, await RunAsync($"cluster leader > '{file}'"));
        Assert.Equal($"{_node.Address}{Environment.NewLine}", await File.ReadAllTextAsync(file));
        Assert.Empty(_output.ToString());
        Assert.Equal(ExitCode.Ok, await RunAsync($"cluster leader --json >\"{file}\""));
        Assert.Equal($"{{\"address\":\"{_node.Address}\"}}{Environment.NewLine}", await File.ReadAllTextAsync(file));
        Assert.Equal(ExitCode.Usage, await RunAsync($"cluster leader > {folder.FullName}/none/file"));
        Assert.Equal(ExitCode.Usage, await RunAsync("cluster leader >"));

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Ctrl_C_ends_what_streams_and_not_the_shell()
    {
        var interrupts = new Interrupts();
        var shell = new PbmShell(_node.Client, new InterruptingWriter(interrupts, _output), _error, interrupts);
        var lines = new Queue<string>(["cluster tail", "actor system"]);
        Assert.False(interrupts.Interrupt());

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(() => lines.TryDequeue(out var line) ? line : null, asJson: false));

        Assert.EndsWith($"akka://KafkaBackup{Environment.NewLine}", _output.ToString(), StringComparison.Ordinal);
        Assert.False(interrupts.Interrupt());
    }

    [Fact]
    public async Task Completion_knows_what_the_node_knows()
    {
        var completion = new Completion(await Shell.GetVerbsAsync(CancellationToken.None));

        Assert.Equal(["cluster", "cluster-sharding"], completion.Of("cl"));
        Assert.Equal("uster", completion.Addition("cl"));
        Assert.Equal(["down", "down-unreachable"], completion.Of("cluster d"));
        Assert.Equal("gions ", completion.Addition("cluster-sharding list-re"));
        Assert.Equal(["--depth", "--start"], completion.Of("actor hierarchy "));
        Assert.Equal(["--start"], completion.Of("actor hierarchy --depth 3 --"));
        Assert.Empty(completion.Of("uptime "));
        Assert.Equal("", completion.Addition("nonsense "));
    }

    [Theory]
    [InlineData("a 'b c' \"d'e\"", "a|b c|d'e", null)]
    [InlineData("a ''", "a|", null)]
    [InlineData("a>f", "a", "f")]
    [InlineData("a '>' > f", "a|>", "f")]
    public void Words_are_cut_as_a_shell_cuts_them(string line, string words, string? file)
    {
        var parsed = CommandLineWords.Parse(line);

        Assert.Equal(words.Split('|'), parsed.Words);
        Assert.Equal(file, parsed.File);
    }

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a > b c")]
    [InlineData("a >> b")]
    public void What_cannot_be_cut_is_refused(string line) => Assert.Throws<BackupException>(() => CommandLineWords.Parse(line));

    [Fact]
    public void A_line_is_written_with_tab_arrows_and_backspace()
    {
        var completion = new Completion([new PbmVerbHelp("log", "peek", "", "", []), new PbmVerbHelp("log", "tail", "", "", [])]);
        var editor = new LineEditor(completion, Keys("lo\t\tpx\b\t\r" + "x\u0003" + "\u0011\r" + "\u0004"), _output);

        Assert.Equal("log peek ", editor.Read("> "));
        Assert.Contains($"{Environment.NewLine}peek  tail{Environment.NewLine}> log ", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", editor.Read("> "));
        Assert.Equal("log peek ", editor.Read("> "));
        Assert.Null(editor.Read("> "));
    }

    private async Task<int> RunAsync(params string[] lines)
    {
        var rest = new Queue<string>(lines);
        return await Shell.RunAsync(() => rest.TryDequeue(out var line) ? line : null, asJson: false);
    }

    /// <summary>Keys as a terminal gives them; U+0011 stands for the arrow up.</summary>
    private static Func<ConsoleKeyInfo> Keys(string text)
    {
        var rest = new Queue<char>(text);
        return () => rest.Dequeue() switch
        {
            '\t' => new ConsoleKeyInfo('\t', ConsoleKey.Tab, false, false, false),
            '\r' => new ConsoleKeyInfo('\r', ConsoleKey.Enter, false, false, false),
            '\b' => new ConsoleKeyInfo('\b', ConsoleKey.Backspace, false, false, false),
            '\u0011' => new ConsoleKeyInfo('\0', ConsoleKey.UpArrow, false, false, false),
            '\u0003' => new ConsoleKeyInfo('\u0003', ConsoleKey.C, false, false, control: true),
            '\u0004' => new ConsoleKeyInfo('\u0004', ConsoleKey.D, false, false, control: true),
            var c => new ConsoleKeyInfo(c, ConsoleKey.NoName, false, false, false),
        };
    }

    /// <summary>Presses Ctrl+C as soon as something of a stream is written.</summary>
    private sealed class InterruptingWriter(Interrupts interrupts, TextWriter inner) : TextWriter
    {
        public override System.Text.Encoding Encoding => inner.Encoding;

        public override async Task WriteLineAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteLineAsync(buffer, cancellationToken);
            if (buffer.ToString().Contains("Member", StringComparison.Ordinal))
            {
                Assert.True(interrupts.Interrupt());
            }
        }
    }
}
