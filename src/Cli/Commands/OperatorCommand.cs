using System.CommandLine;
using System.Net;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Management;
using KafkaBackup.Operator;
using KafkaBackup.Operator.Api;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup operator</c>: has a cluster do what custom resources of Kubernetes ask for, until it is stopped.</summary>
internal static class OperatorCommand
{
    private const string DefaultListen = "127.0.0.1:8081";

    public static Command Create()
    {
        var cluster = ClusterOptions.Cluster(isRequired: true);
        var (token, authorities) = (ClusterOptions.TokenFile(), ClusterOptions.Authorities());
        var spaces = new Option<string[]>("--namespace", "-n") { Description = "A namespace whose objects are looked after; may be given several times. Default: all.", HelpName = "NAME" };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "How to reach the API server. Default: as the pod's service account, or $KUBECONFIG.", HelpName = "FILE" };
        var listen = new Option<string?>("--listen") { Description = $"Where /health/live and /health/ready are. Default: {DefaultListen}.", HelpName = "ADDRESS:PORT" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log what happens in detail." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log warnings and errors only." };
        var format = new Option<string>("--log-format") { Description = "text, or json: one object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("operator", """
            Have a cluster of nodes do what KafkaBackup and KafkaRestore objects of Kubernetes ask for, and tell in their status how they stand, until stopped
            by SIGTERM or SIGINT. Several may run at once.

            Example: kafka-backup operator --cluster kafka-backup:8080 --token-file /etc/kafka-backup/token
            """) { cluster, token, authorities, spaces, kubeconfig, listen, verbose, quiet, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(verbose) && result.GetValue(quiet))
            {
                result.AddError("--verbose and --quiet exclude each other.");
            }

            if (!IPEndPoint.TryParse(result.GetValue(listen) ?? DefaultListen, out _))
            {
                result.AddError($"--listen: '{result.GetValue(listen)}' is no address and port, such as 0.0.0.0:8081.");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            using var client = ClusterOptions.Connect(parsed.GetRequiredValue(cluster)!, parsed.GetValue(token), parsed.GetValue(authorities));
            using var api = KubernetesApi.Connect(parsed.GetValue(kubeconfig));
            var output = new OutputOptions(
                parsed.GetValue(verbose) ? LogLevel.Debug : parsed.GetValue(quiet) ? LogLevel.Warning : LogLevel.Information,
                parsed.GetValue(format) == "json" ? LogFormat.Json : LogFormat.Text,
                ShowsProgress: false);
            return await RunAsync(api, client, new OperatorSettings { Namespaces = parsed.GetValue(spaces) ?? [] }, IPEndPoint.Parse(parsed.GetValue(listen) ?? DefaultListen), output);
        });
        return command;
    }

    private static async Task<int> RunAsync(KubernetesApi api, ClusterClient client, OperatorSettings settings, IPEndPoint listen, OutputOptions output)
    {
        using var signals = new StopSignals();
        using var loggers = LoggerFactory.Create(logging => ActorHosting.AddLogging(logging, output, namesBackups: false, Console.Error.WriteLine));
        var cluster = new HttpCluster(client);
        var @operator = new KafkaOperator(api, cluster, cluster, settings, loggers, TimeProvider.System, new Random());
        await using var health = await HealthServer.StartAsync(listen, @operator.WhyNotReady);
        try
        {
            await @operator.RunAsync(signals.Stopped);
        }
        catch (OperationCanceledException) when (signals.Stopped.IsCancellationRequested)
        {
            // As it should end.
        }

        return ExitCode.Ok;
    }
}
