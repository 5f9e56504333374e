using KafkaBackup.Cli.Commands;
using KafkaBackup.Cli.Output;

namespace KafkaBackup.Cli.Demo;

/// <summary>The day's bad end: a deploy writes nonsense, the topics are lost, and a restore brings back what was there before.</summary>
internal sealed class ShopDisaster(DemoFolder folder, string address, ShopTraffic shop, TextWriter say)
{
    /// <summary>Tells it, and compares what was there with what is restored.</summary>
    /// <param name="day">The day that it ends.</param>
    /// <param name="cancellation">Gives up reading.</param>
    /// <returns>The exit code; not 0 where something differs.</returns>
    public async Task<int> TellAsync(int day, CancellationToken cancellation)
    {
        var consumers = new ShopConsumers(address);
        var groups = consumers.ReadOn(cancellation);
        var before = consumers.ReadAll(cancellation);
        var deploy = shop.DeployOf(day);
        say.WriteLine($"""

            Meanwhile {groups}.
            At {deploy:HH:mm} of day {day} a bad deploy writes {shop.ProduceNonsense(day)}, and the next run backs them up with the rest.
            $ kafka-backup backup -c {folder.ConfigPath}
            """);
        if (await BackupCommand.RunAsync(folder.ConfigPath, Quiet) is not ExitCode.Ok and var failed)
        {
            return failed;
        }

        await shop.DeleteTopicsAsync();
        folder.WriteRestoreConfiguration(address, deploy);
        say.WriteLine($"""

            Then all topics are deleted, and with them what the groups had committed. {Path.GetFileName(folder.RestorePath)} wants them back as they were before {deploy:HH:mm}.
            $ kafka-backup restore -c {folder.RestorePath}
            """);
        if (await RestoreCommand.RunAsync(folder.RestorePath, section => section, Quiet) is not ExitCode.Ok and var unrestored)
        {
            return unrestored;
        }

        var (isSame, table) = before.CompareWith(consumers.ReadAll(cancellation));
        say.WriteLine("Key, value, headers and timestamp of each record, in order, before the deploy and now:");
        say.Write(table);
        if (!isSame)
        {
            Quiet.WriteError("What was restored is not what was there: see the lines with NO.");
        }

        return isSame ? ExitCode.Ok : ExitCode.Failure;
    }

    private static OutputOptions Quiet => OutputOptions.Default with { ShowsProgress = false };
}
