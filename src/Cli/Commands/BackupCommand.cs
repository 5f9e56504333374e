using System.CommandLine;
using Akka.Actor;
using Akka.Hosting;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup backup -c FILE</c>: one run.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML).", Required = true, HelpName = "FILE" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log what happens in detail." };
        var command = new Command("backup", """
            Back up topics as the configuration file says, from where the last run ended.

            Example: kafka-backup backup -c backup.yaml
            """) { config, verbose };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(config), parsed.GetValue(verbose)));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool verbose)
    {
        // Before anything else: an end that is asked for while the program starts is to be in good order, too.
        using var signals = new StopSignals();
        var configuration = ConfigurationLoader.Load(file, Environment.GetEnvironmentVariable);
        using var state = LocalState.Take(configuration);
        using var host = BackupHost.Build(configuration, state, verbose ? LogLevel.Debug : LogLevel.Information);
        await host.StartAsync(signals.Stopped);
        try
        {
            return Report(await RunAsync(host, configuration, signals));
        }
        finally
        {
            await host.StopAsync();
        }
    }

    private static async Task<BackupFinished> RunAsync(IHost host, BackupConfiguration configuration, StopSignals signals)
    {
        var coordinators = await host.Services.GetRequiredService<IActorRegistry>().GetAsync<ActorKeys.Coordinators>(signals.Stopped);
        var run = coordinators.Ask<BackupFinished>(
            new StartBackup(configuration.BackupId, new RunId(Guid.NewGuid().ToString("N"))), Timeout.InfiniteTimeSpan);
        await using var stop = signals.Stopped.Register(() => coordinators.Tell(new StopBackup(configuration.BackupId)));
        return await run;
    }

    private static int Report(BackupFinished finished)
    {
        if (finished.FailedPartitions > 0)
        {
            Console.Error.WriteLine($"Error: {finished.FailedPartitions} partition(s) could not be backed up; what could be is safe. See above, and run again.");
        }

        // Partition failures were logged one by one; what stopped the run as a whole was not.
        var stopped = finished.Failures.Count > 0 && (finished.FailedPartitions == 0 || finished.Failures[0].Kind >= Shared.FailureKind.Storage)
            ? finished.Failures[0]
            : null;
        if (stopped is not null)
        {
            Console.Error.WriteLine($"Error: {stopped.Message}");
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
