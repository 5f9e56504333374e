using System.CommandLine;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Output;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Spectre.Console;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup submit</c>: declares a backup to a cluster, which keeps it and does what it says.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML). Its ${VARIABLES} are resolved on each node.", Required = true, HelpName = "FILE" };
        var cluster = ClusterOptions.Cluster(isRequired: true);
        var (token, authorities) = (ClusterOptions.TokenFile(), ClusterOptions.Authorities());
        var schedule = new Option<string?>("--schedule") { Description = "When runs begin: a cron expression of 5 fields, or 6 with seconds in front; 'none': no schedule any more. Default: once, now; a schedule that there is stays.", HelpName = "CRON" };
        var zone = new Option<string?>("--time-zone") { Description = "The time zone of --schedule, as Europe/Berlin. Default: UTC.", HelpName = "NAME" };
        var follow = new Option<bool>("--follow") { Description = "Go on until the run has ended, and exit as it did." };
        var command = new Command("submit", """
            Declare a backup to a cluster. It runs there now, without an end when backup.continuous says so, or when --schedule says.

            Example: kafka-backup submit -c backup.yaml --cluster node-0:8080,node-1:8080 --follow
            """) { config, cluster, token, authorities, schedule, zone, follow };
        command.Validators.Add(result =>
        {
            if (result.GetValue(zone) is not null && result.GetValue(schedule) is null)
            {
                result.AddError("--time-zone goes with --schedule.");
            }

            if (result.GetValue(follow) && result.GetValue(schedule) is not null)
            {
                result.AddError("--follow and --schedule exclude each other: the first run has not begun.");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            using var client = ClusterOptions.Connect(parsed.GetRequiredValue(cluster)!, parsed.GetValue(token), parsed.GetValue(authorities));
            var output = OutputOptions.Default;
            var submitted = await SubmitAsync(client, parsed.GetRequiredValue(config), parsed.GetValue(schedule), parsed.GetValue(zone), output);
            if (parsed.GetValue(follow))
            {
                return await FollowAsync(client, submitted, output);
            }

            Console.Out.WriteLine($"Backup '{submitted.BackupId}' is declared; " + (parsed.GetValue(schedule) is { } cron
                ? cron == CatalogueProtocol.NoSchedule ? "it has no schedule." : $"its runs begin by the schedule '{cron}'."
                : $"{(submitted.Run is { } run ? $"run {run} is wanted" : "a run begins when the one under way has ended")}. See 'kafka-backup cluster runs {submitted.BackupId}'."));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Declares what is in <paramref name="file"/>, and tells what the cluster has to say about it.</summary>
    internal static async Task<Submitted> SubmitAsync(ClusterClient client, string file, string? schedule, string? zone, OutputOptions output)
    {
        var submission = new Submission(ReadText(file)) { Schedule = schedule, TimeZone = zone };
        var submitted = await client.SubmitAsync(file, submission, CancellationToken.None);
        foreach (var note in submitted.Notes)
        {
            output.WriteNote(note);
        }

        return submitted;
    }

    /// <summary>Follows the run that a declaration led to, once the one before it has ended.</summary>
    internal static async Task<int> FollowAsync(ClusterClient client, Submitted submitted, OutputOptions output)
    {
        var run = submitted.Run;
        while (run is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            var backup = (await client.GetAsync(submitted.BackupId, CancellationToken.None)).Backup;
            run = backup.IsStopping ? null : backup.Current?.Id ?? backup.Runs.FirstOrDefault()?.Id;
        }

        return await FollowAsync(client, submitted.BackupId, run, output);
    }

    /// <summary>Follows a run to its end. SIGTERM ends the following, not the run; Ctrl+C asks which, on a terminal.</summary>
    internal static async Task<int> FollowAsync(ClusterClient client, string backup, string run, OutputOptions output)
    {
        using var signals = new StopSignals();
        var display = new RunDisplay(RunDisplay.StandardError(), output, TimeProvider.System);
        try
        {
            return await new RunFollower(client, display, output).FollowAsync(backup, run, signals.Stopped);
        }
        catch (OperationCanceledException) when (signals.Stopped.IsCancellationRequested)
        {
            if (signals.WasInterrupt && !Console.IsInputRedirected && await AnsiConsole.ConfirmAsync("Stop the run as well?", defaultValue: false))
            {
                await client.OrderAsync(backup, "cancel", CancellationToken.None);
                output.WriteNote($"Run {run} of backup '{backup}' is told to stop; what is uploaded is committed.");
            }
            else
            {
                output.WriteNote($"Run {run} of backup '{backup}' goes on in the cluster. Follow it with 'kafka-backup cluster runs {backup} --follow'.");
            }

            return ExitCode.Interrupted;
        }
    }

    /// <summary>What stands in a definition's file.</summary>
    internal static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Configuration, $"{file}: the file cannot be read: {e.Message}", e);
        }
    }
}
