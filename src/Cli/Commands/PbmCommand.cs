using System.CommandLine;
using System.Runtime.InteropServices;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Pbm;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup pbm</c>: looks into a node, and gives it orders, in the manner of Petabridge's <c>pbm</c>.</summary>
internal static class PbmCommand
{
    private const string TokenVariable = "KAFKA_BACKUP_PBM_TOKEN";

    public static Command Create()
    {
        var token = new Option<string?>("--token-file")
        {
            Description = $"A file with the token that the node demands. Default: the variable {TokenVariable}.",
            HelpName = "FILE",
        };
        var authorities = ClusterOptions.Authorities();
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var words = new Argument<string[]>("command")
        {
            Description = "host:port of the node (127.0.0.1:9110), then palette and verb. Without them a shell opens.",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "[HOST:PORT] [PALETTE VERB ...]",
        };
        var command = new Command("pbm", """
            Look into a node of a cluster and give it orders, in the manner of Petabridge's pbm. 'pbm help' lists what the node can be asked.

            Examples: kafka-backup pbm node-0:9110 cluster show
                      kafka-backup pbm node-0:9110
            """) { token, authorities, json, words };
        command.SetAction(async (parsed, _) =>
        {
            var given = parsed.GetValue(words) ?? [];
            var (address, rest) = given is [var first, .. var others] && PbmAddress.TryParse(first, out var named)
                ? (named, others) : (PbmAddress.Default, given);
            var client = new PbmClient(address, ClusterOptions.ReadToken(parsed.GetValue(token), TokenVariable), ClusterTrust.Read(parsed.GetValue(authorities)));
            return rest.Length > 0 ? await AskAsync(client, rest, parsed.GetValue(json)) : await OpenAsync(client, parsed.GetValue(json));
        });
        return command;
    }

    private static async Task<int> AskAsync(PbmClient client, string[] command, bool asJson)
    {
        using var signals = new StopSignals();
        try
        {
            await PbmOutput.WriteAsync(client, command, asJson, Console.Out, signals.Stopped);
        }
        catch (OperationCanceledException) when (signals.Stopped.IsCancellationRequested)
        {
            // Being stopped is how following ends.
        }

        return ExitCode.Ok;
    }

    private static async Task<int> OpenAsync(PbmClient client, bool asJson)
    {
        var interrupts = new Interrupts();
        using var signals = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = interrupts.Interrupt());
        var shell = new PbmShell(client, Console.Out, Console.Error, interrupts);
        var verbs = await shell.GetVerbsAsync(CancellationToken.None);
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            return await shell.RunAsync(Console.In.ReadLine, asJson);
        }

        Console.Out.WriteLine($"Connected to {client.Address}. 'help' lists what it can be asked, Tab completes, 'exit' ends.");
        var editor = new LineEditor(new Completion(verbs), ReadKey, Console.Out);
        return await shell.RunAsync(() => editor.Read(shell.Prompt), asJson);
    }

    /// <summary>Waits for a key, Ctrl+C among them: while a line is written it drops the line only.</summary>
    private static ConsoleKeyInfo ReadKey()
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return Console.ReadKey(intercept: true);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }
}
