using System.CommandLine;
using System.Text.Json;
using Akka.Actor;
using Akka.Hosting;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Management;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Compression;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup restore -c FILE</c>.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Read all that would be restored, ask the target, and write nothing." };
        var verify = new Option<string>("--verify")
        {
            Description = "counts: count what the target holds at the end; full: also read every record back, and compare it with the backup.",
            DefaultValueFactory = _ => "counts",
        };
        verify.AcceptOnlyFromAmong("counts", "full");
        var command = Create("restore", """
            Restore topics of a backup into a cluster, as the configuration file says: into topics that it creates, that are empty, or that it may add to. Started again it goes on.
            Exit code 0 when all that was to be there was counted there.

            Example: kafka-backup restore -c restore.yaml
            """, (parsed, section) => section.With(parsed.GetValue(dryRun), parsed.GetValue(verify) == "full"));
        command.Add(dryRun);
        command.Add(verify);
        command.Add(RestoreReleaseCommand.Create());
        return command;
    }

    /// <summary><c>kafka-backup validate-restore -c FILE</c>, OSO's name of a dry run.</summary>
    public static Command CreateDry() => Create("validate-restore", """
        Tell what a restore would do: read all that would be restored, ask the target, and write nothing. The same as restore --dry-run.
        Exit code 0 when it would go through.

        Example: kafka-backup validate-restore -c restore.yaml
        """, (_, section) => section with { IsDryRun = true });

    private static Command Create(string name, string description, Func<ParseResult, RestoreSection, RestoreSection> amend)
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML) with mode: restore.", Required = true, HelpName = "FILE" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log what happens in detail." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log warnings and errors only, and show no progress." };
        var format = new Option<string>("--log-format") { Description = "text, or json: one object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var cluster = ClusterOptions.Cluster(isRequired: false);
        var (token, authorities) = (ClusterOptions.TokenFile(), ClusterOptions.Authorities());
        var report = new Option<string>("--report") { Description = "Write the report to this file at the end, as JSON.", HelpName = "FILE" };
        var shape = new Option<string>("--format", "-f")
        {
            Description = "json or yaml: print the report to standard output at the end; text: the log on standard error tells all.",
            DefaultValueFactory = _ => "text",
        };
        shape.AcceptOnlyFromAmong("text", "json", "yaml");
        var command = new Command(name, description) { config, verbose, quiet, format, report, shape, cluster, token, authorities };
        command.Validators.Add(result =>
        {
            if (result.GetValue(verbose) && result.GetValue(quiet))
            {
                result.AddError("--verbose and --quiet exclude each other.");
            }
        });
        command.SetAction((parsed, _) =>
        {
            var output = new OutputOptions(
                parsed.GetValue(verbose) ? LogLevel.Debug : parsed.GetValue(quiet) ? LogLevel.Warning : LogLevel.Information,
                parsed.GetValue(format) == "json" ? LogFormat.Json : LogFormat.Text,
                ShowsProgress: !parsed.GetValue(quiet));
            var file = new RestoreReportFile(parsed.GetValue(report), parsed.GetRequiredValue(shape));
            file.Check();
            RestoreSection Amend(RestoreSection section) => amend(parsed, section);
            return parsed.GetValue(cluster) is { } nodes
                ? RunInClusterAsync(ClusterOptions.Connect(nodes, parsed.GetValue(token), parsed.GetValue(authorities)), parsed.GetRequiredValue(config), Amend(new RestoreSection()), output, file)
                : RunAsync(parsed.GetRequiredValue(config), Amend, output, file);
        });
        return command;
    }

    /// <summary>A restore in a cluster, followed to its end.</summary>
    /// <param name="cluster">The cluster; disposed of.</param>
    /// <param name="file">The configuration.</param>
    /// <param name="options">What the command's options say.</param>
    /// <param name="output">What is shown, and how.</param>
    /// <param name="report">Where the report goes.</param>
    private static async Task<int> RunInClusterAsync(ClusterClient cluster, string file, RestoreSection options, OutputOptions output, RestoreReportFile report)
    {
        using var client = cluster;
        using var signals = new StopSignals();
        var submission = new RestoreSubmission(SubmitCommand.ReadText(file), Guid.NewGuid().ToString("N")) { IsDryRun = options.IsDryRun, ComparesAll = options.ComparesAll };
        var follower = new RestoreFollower(client, file, submission, new RunDisplay(RunDisplay.StandardError(), output, TimeProvider.System), output);
        try
        {
            var verdict = await follower.FollowAsync(signals.Stopped);
            return await ReportAsync(verdict, report, () => follower.ReadReportAsync(signals.Stopped), output);
        }
        catch (OperationCanceledException) when (signals.Stopped.IsCancellationRequested)
        {
            if (signals.WasInterrupt && !Console.IsInputRedirected && await AnsiConsole.ConfirmAsync("Stop the restore as well?", defaultValue: false))
            {
                await follower.StopAsync();
                output.WriteNote("The restore is told to stop. Started again with the same configuration it goes on.");
            }
            else
            {
                output.WriteNote("The restore goes on in the cluster, for as long as the node that conducts it does. Start the command again to follow it.");
            }

            return ExitCode.Interrupted;
        }
    }

    /// <summary>The restore of the configuration in <paramref name="file"/>, as <c>restore</c> makes it.</summary>
    internal static async Task<int> RunAsync(string file, Func<RestoreSection, RestoreSection> amend, OutputOptions output, RestoreReportFile? report = null)
    {
        using var signals = new StopSignals();
        var configuration = ConfigurationLoader.LoadRestore(file, Environment.GetEnvironmentVariable);
        configuration = configuration with { Restore = amend(configuration.Restore) };
        PemFiles.Check(file, configuration.Target);
        Stores.Check(file, configuration.Storage);
        var finished = await RestoreAsync(configuration, output, signals, isFirst: true);
        while (finished.HasLapsed && !signals.Stopped.IsCancellationRequested)
        {
            finished = await RestoreAsync(configuration, output, signals, isFirst: false);
        }

        return await ReportAsync(RestoreVerdict.Of(finished), report ?? RestoreReportFile.None, () => Task.FromResult(JsonDocument.Parse(finished.Report).RootElement), output);
    }

    /// <summary>One attempt; as soon as a store is back that was away for too long for it, another one can go on.</summary>
    private static async Task<RestoreFinished> RestoreAsync(RestoreConfiguration configuration, OutputOptions output, StopSignals signals, bool isFirst)
    {
        var display = new RunDisplay(RunDisplay.StandardError(), output, TimeProvider.System);
        using var host = RestoreHost.Build(configuration, output, display.WriteLine);
        if (isFirst)
        {
            host.Services.GetRequiredService<ZstdLog>().Tell(ZstdEngines.Choice);
        }
        else
        {
            host.Services.GetRequiredService<RestoreHost.PatientStore>().Patience.Begun(); // An outage would cost what is done so far.
        }

        await host.StartAsync(signals.Stopped);
        try
        {
            var coordinator = await host.Services.GetRequiredService<IActorRegistry>().GetAsync<ActorKeys.Restore>(signals.Stopped);
            var restore = coordinator.Ask<RestoreFinished>(StartRestore.Instance, Timeout.InfiniteTimeSpan);
            await using var stop = signals.Stopped.Register(() =>
            {
                host.Services.GetRequiredService<RestoreHost.PatientStore>().Patience.Hurry(); // Whoever ends a process does not wait for a store that is away.
                coordinator.Tell(StopRestore.Instance);
            });
            var progress = host.Services.GetRequiredService<NodeProgress>();
            return await display.ShowAsync(restore, _ => (progress.Records, progress.Bytes), () => coordinator.Ask<BackupStatus?>(new GetBackupStatus(configuration.BackupId)));
        }
        finally
        {
            await host.StopAsync();
        }
    }

    private static async Task<int> ReportAsync(RestoreVerdict verdict, RestoreReportFile file, Func<Task<JsonElement>> report, OutputOptions output)
    {
        try
        {
            await file.WriteAsync(report);
        }
        catch (Exception e) when (e is BackupException or JsonException)
        {
            output.WriteNote($"There is no report: {e.Message}");
            return Report(verdict, output) is not ExitCode.Ok and var code ? code : ExitCode.Failure; // What went wrong before is what counts.
        }

        return Report(verdict, output);
    }

    /// <summary>Tells what went wrong, and the exit code.</summary>
    private static int Report(RestoreVerdict verdict, OutputOptions output)
    {
        if (verdict.WasStopped)
        {
            return ExitCode.Interrupted;
        }

        if (verdict.Failure is { } gravest)
        {
            var unset = verdict.UnsetGroups == 0 ? null : $"{verdict.UnsetGroups} consumer group(s) could not be set; see above.";
            output.WriteError(verdict.FailedPartitions == 0 ? unset ?? gravest.Message : $"{verdict.FailedPartitions} partition(s) could not be restored whole; see above.");
            return ExitCode.Of(gravest.Kind);
        }

        return verdict.IsExact ? ExitCode.Ok : ExitCode.Incomplete;
    }
}
