using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared.Configuration;
using Spectre.Console;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup status</c>: how far a backup is, once or again and again.</summary>
/// <remarks>It reads the store, and with a configuration file the source; so it needs nothing of the process that makes the backup, and works from any machine.</remarks>
internal static class StatusCommand
{
    public static Command Create()
    {
        var path = ReadingOptions.Path(isRequired: false);
        var backup = ReadingOptions.BackupId(isRequired: false);
        var config = new Option<string>("--config", "-c") { Description = "The configuration file: instead of --path and --backup-id; also tells how far behind the source it is.", HelpName = "FILE" };
        var database = new Option<string>("--db-path") { Description = "A local offsets.db to show beside.", HelpName = "FILE" };
        var watch = new Option<bool>("--watch") { Description = "Go on showing it until stopped." };
        var interval = new Option<int>("--interval") { Description = "How often, in seconds.", DefaultValueFactory = _ => 2 };
        var command = new Command("status", """
            Show how far a backup is: positions, records, gaps; with --config also how far it is behind the source.

            Example: kafka-backup status --config backup.yaml --watch
            """) { path, backup, config, database, watch, interval };
        command.Validators.Add(result =>
        {
            var hasFile = result.GetValue(config) is not null;
            if (hasFile == (result.GetValue(path) is not null) || hasFile == (result.GetValue(backup) is not null))
            {
                result.AddError("Give either --config, or --path and --backup-id.");
            }

            if (result.GetResult(interval) is { Implicit: false } && result.GetValue(interval) < 1)
            {
                result.AddError("--interval must be 1 or more.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            using var source = parsed.GetValue(config) is { } file
                ? Of(file, ConfigurationLoader.Load(file, Environment.GetEnvironmentVariable))
                : new StatusSource(Stores.OpenExisting(parsed.GetRequiredValue(path)), parsed.GetRequiredValue(backup), null, null);
            if (!parsed.GetValue(watch))
            {
                Console.Out.Write(StatusText.Render(await source.ReadAsync(parsed.GetValue(database), cancellation)));
                return ExitCode.Ok;
            }

            await WatchAsync(source, parsed.GetValue(database), TimeSpan.FromSeconds(parsed.GetValue(interval)), cancellation);
            return ExitCode.Ok;
        });
        return command;
    }

    private static StatusSource Of(string file, BackupConfiguration configuration)
    {
        SecretFiles.Check(file, configuration.Storage);
        return StatusSource.Of(configuration, Stores.OpenToRead(configuration.Storage));
    }

    /// <summary>On a terminal the table, renewed in place; else a line each time.</summary>
    private static async Task WatchAsync(StatusSource source, string? database, TimeSpan interval, CancellationToken cancellation)
    {
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, signals.Stopped);
        using var ticks = new PeriodicTimer(interval);
        long? before = null;
        try
        {
            do
            {
                var status = await source.ReadAsync(database, stop.Token);
                if (Console.IsOutputRedirected)
                {
                    Console.Out.WriteLine(StatusText.Line(status, before, TimeProvider.System.GetUtcNow()));
                }
                else
                {
                    AnsiConsole.Clear();
                    AnsiConsole.Write(new Text(StatusText.Render(status)));
                }

                before = status.Records;
            }
            while (await ticks.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Being stopped is how a watch ends.
        }
    }
}
