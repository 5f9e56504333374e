using System.Text;
using System.Text.Json;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Pbm;

/// <summary>Takes commands for a node, line by line.</summary>
/// <param name="client">The node.</param>
/// <param name="output">Gets answers.</param>
/// <param name="error">Gets what went wrong.</param>
/// <param name="interrupts">What Ctrl+C ends.</param>
internal sealed class PbmShell(PbmClient client, TextWriter output, TextWriter error, Interrupts interrupts)
{
    /// <summary>What a person is asked with.</summary>
    public string Prompt => $"[{client.Address}] pbm> ";

    /// <summary>What the node can be told and asked.</summary>
    /// <exception cref="BackupException">It does not say.</exception>
    public async Task<IReadOnlyList<PbmVerbHelp>> GetVerbsAsync(CancellationToken cancellation)
    {
        var verbs = new List<PbmVerbHelp>();
        await foreach (var answer in client.SendAsync(["help"], cancellation))
        {
            if (answer.Data?.Deserialize(PbmJson.Default.PbmVerbHelp) is { } verb)
            {
                verbs.Add(verb);
            }
        }

        return verbs;
    }

    /// <summary>Carries out lines until there are no more, or one is <c>exit</c>.</summary>
    /// <param name="readLine">Gives the next line; null at the end.</param>
    /// <param name="asJson">Whether all answers are to be for programs.</param>
    /// <returns>The exit code of the last command.</returns>
    public async Task<int> RunAsync(Func<string?> readLine, bool asJson)
    {
        var code = ExitCode.Ok;
        while (readLine() is { } line && line.Trim() is not ("exit" or "quit"))
        {
            if (line.Trim().Length > 0)
            {
                code = await RunAsync(line, asJson);
            }
        }

        return code;
    }

    private async Task<int> RunAsync(string line, bool asJson)
    {
        using var underWay = interrupts.Begin();
        try
        {
            var parsed = CommandLineWords.Parse(line);
            if (parsed.File is not { } file)
            {
                await PbmOutput.WriteAsync(client, parsed.Words, asJson || parsed.AsJson, output, underWay.Token);
                return ExitCode.Ok;
            }

            await using var writer = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            writer.AutoFlush = true; // What streams can be read while it does.
            await PbmOutput.WriteAsync(client, parsed.Words, asJson || parsed.AsJson, writer, underWay.Token);
            return ExitCode.Ok;
        }
        catch (BackupException e)
        {
            foreach (var problem in e.Message.Split(Environment.NewLine))
            {
                await error.WriteLineAsync($"Error: {problem}");
            }

            return ExitCode.Of(e.Kind);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"Error: {e.Message}");
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Ok; // Being stopped is how following ends.
        }
    }
}
