using System.CommandLine;
using Akka.Actor;
using Akka.Hosting;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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
            Restore topics of a backup into a cluster, as the configuration file says: into topics that it creates, or that are empty. Started again it goes on.
            Exit code 0 when all that was to be there was counted there.

            Example: kafka-backup restore -c restore.yaml
            """, (parsed, section) => (section.IsDryRun || parsed.GetValue(dryRun), parsed.GetValue(verify) == "full") switch
            {
                (true, true) => throw new BackupException(FailureKind.Configuration, "--verify full compares what is restored, and a dry run restores nothing: leave out one of the two."),
                var (isDryRun, comparesAll) => section with { IsDryRun = isDryRun, ComparesAll = comparesAll },
            });
        command.Add(dryRun);
        command.Add(verify);
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
        var command = new Command(name, description) { config, verbose, quiet, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(verbose) && result.GetValue(quiet))
            {
                result.AddError("--verbose and --quiet exclude each other.");
            }
        });
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(config), section => amend(parsed, section), new OutputOptions(
            parsed.GetValue(verbose) ? LogLevel.Debug : parsed.GetValue(quiet) ? LogLevel.Warning : LogLevel.Information,
            parsed.GetValue(format) == "json" ? LogFormat.Json : LogFormat.Text,
            ShowsProgress: !parsed.GetValue(quiet))));
        return command;
    }

    private static async Task<int> RunAsync(string file, Func<RestoreSection, RestoreSection> amend, OutputOptions output)
    {
        using var signals = new StopSignals();
        var configuration = ConfigurationLoader.LoadRestore(file, Environment.GetEnvironmentVariable);
        configuration = configuration with { Restore = amend(configuration.Restore) };
        PemFiles.Check(file, configuration.Target);
        var finished = await RestoreAsync(configuration, output, signals, isFirst: true);
        while (finished.HasLapsed && !signals.Stopped.IsCancellationRequested)
        {
            finished = await RestoreAsync(configuration, output, signals, isFirst: false);
        }

        return finished.HasLapsed ? ExitCode.Interrupted : Report(finished, output);
    }

    /// <summary>One attempt; as soon as a store is back that was away for too long for it, another one can go on.</summary>
    private static async Task<RestoreFinished> RestoreAsync(RestoreConfiguration configuration, OutputOptions output, StopSignals signals, bool isFirst)
    {
        var display = new RunDisplay(RunDisplay.StandardError(), output, TimeProvider.System);
        using var host = RestoreHost.Build(configuration, output, display.WriteLine);
        if (!isFirst)
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

    /// <summary>Tells what went wrong, and the exit code.</summary>
    private static int Report(RestoreFinished finished, OutputOptions output)
    {
        if (finished.WasStopped)
        {
            return ExitCode.Interrupted;
        }

        if (finished.Failures is [var gravest, ..])
        {
            var failed = finished.Partitions.Count(partition => partition.Failure is not null);
            var unset = finished.UnsetGroups.Count == 0 ? null : $"{finished.UnsetGroups.Count} consumer group(s) could not be set; see above.";
            output.WriteError(failed == 0 ? unset ?? gravest.Message : $"{failed} partition(s) could not be restored whole; see above.");
            return ExitCode.Of(gravest.Kind);
        }

        return finished.Partitions.All(partition => partition.IsExact) ? ExitCode.Ok : ExitCode.Incomplete;
    }
}
