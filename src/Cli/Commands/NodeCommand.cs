using System.CommandLine;
using Akka.Actor;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Compression;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup node</c>: a member of a cluster, until it is stopped.</summary>
internal static class NodeCommand
{
    /// <summary>Why Akka's transport stops a node that meets a peer which it asked and does not trust. The type is not public.</summary>
    private const string UntrustedReason = "TlsHandshakeFailureReason";

    public static Command Create()
    {
        var config = new Option<string?>("--config", "-c") { Description = "A file with settings of the node (HOCON).", HelpName = "FILE" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log what happens in detail." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log warnings and errors only." };
        var format = new Option<string>("--log-format") { Description = "text, or json: one object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var width = NodeVariables.All.Max(variable => variable.Name.Length) + 2;
        var variables = string.Join(Environment.NewLine, NodeVariables.All.Select(variable => $"  {variable.Name.PadRight(width)}{variable.Help}"));
        var command = new Command("node", $"""
            Be a node of a cluster that shares backups, until stopped by SIGTERM or SIGINT.

            Settings come from the file of --config, and over them from the environment:
            {variables}

            Example: KAFKA_BACKUP_SEEDS=node-0:4053 KAFKA_BACKUP_CATALOG=/shared KAFKA_BACKUP_DATA_DIR=/var/lib/kafka-backup kafka-backup node
            """) { config, verbose, quiet, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(verbose) && result.GetValue(quiet))
            {
                result.AddError("--verbose and --quiet exclude each other.");
            }
        });
        command.SetAction(async (parsed, _) => await RunAsync(
            NodeSettings.Read(parsed.GetValue(config), Environment.GetEnvironmentVariable),
            new OutputOptions(
                parsed.GetValue(verbose) ? LogLevel.Debug : parsed.GetValue(quiet) ? LogLevel.Warning : LogLevel.Information,
                parsed.GetValue(format) == "json" ? LogFormat.Json : LogFormat.Text,
                ShowsProgress: false)));
        return command;
    }

    private static async Task<int> RunAsync(NodeSettings settings, OutputOptions output)
    {
        using var signals = new StopSignals();
        await using var node = NodeHost.Build(settings, output, Console.Error.WriteLine);
        node.Services.GetRequiredService<ZstdLog>().Tell(ZstdEngines.Choice);
        await NodeHost.StartAsync(node, settings, signals.Stopped);
        var shutdown = CoordinatedShutdown.Get(node.Services.GetRequiredService<ActorSystem>());
        var life = node.Services.GetRequiredService<IHostApplicationLifetime>();
        var ended = new TaskCompletionSource();
        await using var asked = signals.Stopped.Register(() => ended.TrySetResult());
        await using var left = life.ApplicationStopping.Register(() => ended.TrySetResult());
        await ended.Task;
        await node.StopAsync();
        if (signals.Stopped.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }

        if (shutdown.ShutdownReason is CoordinatedShutdown.ClusterLeavingReason)
        {
            node.Services.GetRequiredService<NodeLog>().Left();
            return ExitCode.Ok;
        }

        output.WriteError(shutdown.ShutdownReason?.GetType().Name == UntrustedReason
            ? $"This node has stopped, as it cannot trust a node of its cluster. {node.Services.GetRequiredService<NodeLog>().LastRefused}"
            : "This node was taken for dead by the others, or lost the majority of them, and has stopped. What is committed is safe. Start it again.");
        return ExitCode.Failure;
    }
}
