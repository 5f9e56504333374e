using System.CommandLine;
using Akka.Actor;
using Akka.Hosting;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Compression;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup backup -c FILE</c>: one run.</summary>
internal static class BackupCommand
{
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML).", Required = true, HelpName = "FILE" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log what happens in detail." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log warnings and errors only, and show no progress." };
        var sweep = new Option<bool>("--sweep-orphans")
        {
            Description = "Delete segments and parts that nothing names, at the end of the run, even where they hold records that the backup lacks. "
                + "'repair' names those again instead.",
        };
        var format = new Option<string>("--log-format") { Description = "text, or json: one object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var (cluster, token, authorities) = (ClusterOptions.Cluster(isRequired: false), ClusterOptions.TokenFile(), ClusterOptions.Authorities());
        var summary = new Option<string?>("--summary") { Description = "Write to this file how the run ended, in JSON of 4 KB at most, such as Kubernetes takes from /dev/termination-log.", HelpName = "FILE" };
        var command = new Command("backup", """
            Back up topics as the configuration file says, from where the last run ended.

            Example: kafka-backup backup -c backup.yaml
            """) { config, sweep, summary, cluster, token, authorities, verbose, quiet, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(verbose) && result.GetValue(quiet))
            {
                result.AddError("--verbose and --quiet exclude each other.");
            }

            foreach (var option in new[] { token, authorities }.Where(option => result.GetValue(cluster) is null && result.GetValue(option) is not null))
            {
                result.AddError($"{option.Name} goes with --cluster.");
            }

            if (result.GetValue(cluster) is not null && result.GetValue(sweep))
            {
                result.AddError("--sweep-orphans is an order for one run on this machine; it does not go with --cluster.");
            }

            if (result.GetValue(cluster) is not null && result.GetValue(summary) is not null)
            {
                result.AddError("--summary tells of a run on this machine; it does not go with --cluster. See 'kafka-backup cluster runs'.");
            }
        });
        command.SetAction((parsed, _) =>
        {
            var output = new OutputOptions(
                parsed.GetValue(verbose) ? LogLevel.Debug : parsed.GetValue(quiet) ? LogLevel.Warning : LogLevel.Information,
                parsed.GetValue(format) == "json" ? LogFormat.Json : LogFormat.Text,
                ShowsProgress: !parsed.GetValue(quiet));
            return parsed.GetValue(cluster) is { } nodes
                ? RunInClusterAsync(ClusterOptions.Connect(nodes, parsed.GetValue(token), parsed.GetValue(authorities)), parsed.GetRequiredValue(config), output)
                : RunAsync(parsed.GetRequiredValue(config), output, parsed.GetValue(sweep), parsed.GetValue(summary));
        });
        return command;
    }

    /// <summary>One run in a cluster, followed to its end.</summary>
    private static async Task<int> RunInClusterAsync(ClusterClient cluster, string file, OutputOptions output)
    {
        using var client = cluster;
        var submitted = await SubmitCommand.SubmitAsync(client, file, null, null, output);
        return await SubmitCommand.FollowAsync(client, submitted, output);
    }

    /// <summary>One run of the configuration in <paramref name="file"/>, as <c>backup</c> makes it.</summary>
    internal static async Task<int> RunAsync(string file, OutputOptions output, bool sweepsOrphans = false, string? summary = null)
    {
        // Before anything else: an end that is asked for while the program starts is to be in good order, too.
        using var signals = new StopSignals();
        var configuration = ConfigurationLoader.Load(file, Environment.GetEnvironmentVariable) with { SweepsOrphans = sweepsOrphans };
        PemFiles.Check(file, configuration.Source);
        Stores.CheckCredentials(file, configuration.Storage);
        using var state = LocalState.Take(configuration);
        var display = new RunDisplay(RunDisplay.StandardError(), output, TimeProvider.System);
        using var host = BackupHost.Build(configuration, state, output, display.WriteLine);
        host.Services.GetRequiredService<ZstdLog>().Tell(ZstdEngines.Choice);
        await using var metrics = configuration.Metrics is { } section ? await LocalMetrics.StartAsync(section, host.Services) : null;
        await host.StartAsync(signals.Stopped);
        try
        {
            var finished = await RunAsync(host, configuration, display, signals);
            RunSummary.Write(summary, finished, output);
            return Report(finished, output);
        }
        finally
        {
            await host.StopAsync();
            await (metrics?.LingerAsync(signals.Stopped) ?? Task.CompletedTask);
        }
    }

    private static async Task<BackupFinished> RunAsync(IHost host, BackupConfiguration configuration, RunDisplay display, StopSignals signals)
    {
        var coordinators = await host.Services.GetRequiredService<IActorRegistry>().GetAsync<ActorKeys.Coordinators>(signals.Stopped);
        var run = coordinators.Ask<BackupFinished>(
            new StartBackup(configuration.BackupId, new RunId(Guid.NewGuid().ToString("N"))), Timeout.InfiniteTimeSpan);
        var patience = host.Services.GetRequiredService<IBackupEnvironments>().For(configuration.BackupId, default).Patience;
        await using var stop = signals.Stopped.Register(() =>
        {
            patience.Hurry(); // Whoever ends a process does not wait for a store that is away.
            coordinators.Tell(new StopBackup(configuration.BackupId));
        });
        var progress = host.Services.GetRequiredService<NodeProgress>();
        return await display.ShowAsync(run, _ => (progress.Records, progress.Bytes), () => AskStatusAsync(coordinators, configuration));
    }

    /// <summary>How far the run is; null when nobody answers in time, which is no reason to give up the run.</summary>
    private static async Task<BackupStatus?> AskStatusAsync(IActorRef coordinators, BackupConfiguration configuration)
    {
        try
        {
            return await coordinators.Ask<BackupStatus>(new GetBackupStatus(configuration.BackupId), StatusPatience);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Tells what went wrong, and the exit code.</summary>
    internal static int Report(BackupFinished finished, OutputOptions output)
    {
        if (finished.FailedPartitions > 0)
        {
            output.WriteError($"{finished.FailedPartitions} partition(s) could not be backed up; what could be is safe. See above, and run again.");
        }

        // Partition failures were logged one by one; what stopped the run as a whole was not.
        var stopped = finished.Failures.Count > 0 && (finished.FailedPartitions == 0 || finished.Failures[0].Kind >= Shared.FailureKind.Storage)
            ? finished.Failures[0]
            : null;
        if (stopped is not null)
        {
            output.WriteError(stopped.Message);
            return ExitCode.Of(stopped.Kind);
        }

        return finished switch
        {
            { WasStopped: true } => ExitCode.Interrupted,
            { FailedPartitions: > 0 } or { Gaps: > 0 } => ExitCode.Incomplete,
            _ => ExitCode.Ok,
        };
    }
}
