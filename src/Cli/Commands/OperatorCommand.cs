using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Management;
using KafkaBackup.Operator;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Jobs;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Restores;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup operator</c>: has a cluster do what custom resources of Kubernetes ask for, until it is stopped.</summary>
internal static class OperatorCommand
{
    private const string DefaultListen = "127.0.0.1:8081";

    public static Command Create()
    {
        var cluster = ClusterOptions.Cluster(isRequired: false);
        var (token, authorities) = (ClusterOptions.TokenFile(), ClusterOptions.Authorities());
        var image = new Option<string?>("--jobs") { Description = "Without a cluster: each run is a Job of this image of the program.", HelpName = "IMAGE" };
        var account = new Option<string?>("--jobs-service-account") { Description = "The service account of the pods of Jobs, in the namespace of each object. Default: that namespace's own.", HelpName = "NAME" };
        var memory = new Option<string?>("--jobs-memory") { Description = $"Memory of each of these pods. Default: {new JobSettings("").Memory}.", HelpName = "QUANTITY" };
        var spaces = new Option<string[]>("--namespace", "-n") { Description = "A namespace whose objects are looked after; may be given several times. Default: all.", HelpName = "NAME" };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "How to reach the API server. Default: as the pod's service account, or $KUBECONFIG.", HelpName = "FILE" };
        var listen = new Option<string?>("--listen") { Description = $"Where /health/live and /health/ready are. Default: {DefaultListen}.", HelpName = "ADDRESS:PORT" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log what happens in detail." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log warnings and errors only." };
        var format = new Option<string>("--log-format") { Description = "text, or json: one object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("operator", """
            Have a cluster of nodes do what KafkaBackup, KafkaRestore and other objects of Kubernetes ask for, and tell in their status how they stand, until stopped
            by SIGTERM or SIGINT. Several may run at once.

            Examples: kafka-backup operator --cluster kafka-backup:8080 --token-file /etc/kafka-backup/token
                      kafka-backup operator --jobs registry.example.org/kafka-backup:0.1.0
            """) { cluster, token, authorities, image, account, memory, spaces, kubeconfig, listen, verbose, quiet, format };
        command.Validators.Add(result => Check(
            result, result.GetValue(verbose) && result.GetValue(quiet), result.GetValue(listen), (cluster, [token, authorities]), (image, [account, memory])));
        command.SetAction(async (parsed, _) =>
        {
            using var api = KubernetesApi.Connect(parsed.GetValue(kubeconfig));
            var output = new OutputOptions(
                parsed.GetValue(verbose) ? LogLevel.Debug : parsed.GetValue(quiet) ? LogLevel.Warning : LogLevel.Information,
                parsed.GetValue(format) == "json" ? LogFormat.Json : LogFormat.Text,
                ShowsProgress: false);
            var settings = new OperatorSettings
            {
                Namespaces = parsed.GetValue(spaces) ?? [],
                Jobs = parsed.GetValue(image) is not { } name ? null
                    : new JobSettings(name) { ServiceAccount = parsed.GetValue(account), Memory = parsed.GetValue(memory) ?? new JobSettings(name).Memory },
            };
            using var client = parsed.GetValue(cluster) is { } nodes ? ClusterOptions.Connect(nodes, parsed.GetValue(token), parsed.GetValue(authorities)) : null;
            return await RunAsync(api, client, settings, IPEndPoint.Parse(parsed.GetValue(listen) ?? DefaultListen), output);
        });
        return command;
    }

    private static void Check(
        CommandResult result, bool isLoudAndQuiet, string? listen, (Option<string?> Itself, Option<string?>[] Its) cluster, (Option<string?> Itself, Option<string?>[] Its) jobs)
    {
        if (isLoudAndQuiet)
        {
            result.AddError("--verbose and --quiet exclude each other.");
        }

        if ((result.GetValue(cluster.Itself) is null) == (result.GetValue(jobs.Itself) is null))
        {
            result.AddError("Give --cluster, which runs backups and restores, or --jobs, with which each run of a backup is a Job.");
        }

        foreach (var (itself, its) in ((Option<string?>, Option<string?>[])[])[cluster, jobs])
        {
            foreach (var option in its.Where(option => result.GetValue(itself) is null && result.GetValue(option) is not null))
            {
                result.AddError($"{option.Name} goes with {itself.Name}.");
            }
        }

        if (!IPEndPoint.TryParse(listen ?? DefaultListen, out _))
        {
            result.AddError($"--listen: '{listen}' is no address and port, such as 0.0.0.0:8081.");
        }
    }

    private static async Task<int> RunAsync(KubernetesApi api, ClusterClient? client, OperatorSettings settings, IPEndPoint listen, OutputOptions output)
    {
        using var signals = new StopSignals();
        using var loggers = LoggerFactory.Create(logging => ActorHosting.AddLogging(logging, output, namesBackups: false, Console.Error.WriteLine));
        var cluster = client is null ? null : new HttpCluster(client);
        IBackupRunner backups = settings.Jobs is { } jobs ? new JobRunner(api, jobs, TimeProvider.System) : cluster!;
        IRestoreCluster restores = cluster is null ? new NoRestores() : cluster;
        IOperationCluster operations = cluster is null ? new NoOperations() : cluster;
        var @operator = new KafkaOperator(api, backups, restores, operations, settings, loggers, TimeProvider.System, new Random());
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
