using System.CommandLine;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Cli.Output;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup cluster</c>: what is declared in a cluster, how it goes, and orders about it.</summary>
internal static class ClusterCommand
{
    public static Command Create() => new("cluster", "Show the nodes, backups and runs of a cluster, and give orders about them.")
    {
        Members(),
        Backups(),
        Runs(),
        Order("start", "Begin a run now, or name the one under way."),
        Order("pause", "End the run under way in good order, and begin none until it is resumed."),
        Order("resume", "Let a paused backup go on."),
        Order("cancel", "End the run under way in good order. A continuous backup is paused by it."),
        Remove(),
    };

    private static Command Members() => Make("members", "List the nodes of the cluster.", [], async (client, _, cancellation) =>
    {
        var members = await client.GetMembersAsync(cancellation);
        Console.Out.Write(ClusterText.Members(members));
        return ExitCode.Ok;
    });

    private static Command Backups() => Make("backups", "List the backups that are declared.", [], async (client, _, cancellation) =>
    {
        Console.Out.Write(ClusterText.Backups(await client.ListAsync(cancellation)));
        return ExitCode.Ok;
    });

    private static Command Runs()
    {
        var backup = Backup();
        var follow = new Option<bool>("--follow") { Description = "Go on until the run under way has ended, and exit as it did." };
        return Make("runs", "Show the run under way of a backup, and the last ones.", [backup, follow], async (client, parsed, cancellation) =>
        {
            var details = await client.GetAsync(parsed.GetRequiredValue(backup), cancellation);
            if (parsed.GetValue(follow) && details.Backup.Current is { } current)
            {
                return await SubmitCommand.FollowAsync(client, details.Backup.Backup.Value, current.Id, OutputOptions.Default);
            }

            Console.Out.Write(ClusterText.Runs(details));
            return ExitCode.Ok;
        });
    }

    private static Command Order(string name, string help)
    {
        var backup = Backup();
        return Make(name, help, [backup], async (client, parsed, cancellation) =>
        {
            var answer = await client.OrderAsync(parsed.GetRequiredValue(backup), name, cancellation);
            Console.Out.WriteLine(answer.Run is { } run ? $"{answer.BackupId}: {name}; run {run}" : $"{answer.BackupId}: {name}");
            return ExitCode.Ok;
        });
    }

    private static Command Remove()
    {
        var backup = Backup();
        return Make("remove", "Forget a backup, once its run has ended. What is stored stays.", [backup], async (client, parsed, cancellation) =>
        {
            var answer = await client.RemoveAsync(parsed.GetRequiredValue(backup), cancellation);
            Console.Out.WriteLine(answer.Run is null ? $"{answer.BackupId}: removed; what is stored stays" : $"{answer.BackupId}: is removed when its run has ended; what is stored stays");
            return ExitCode.Ok;
        });
    }

    private static Argument<string> Backup() => new("backup") { Description = "The backup_id.", HelpName = "BACKUP" };

    private static Command Make(
        string name, string help, IEnumerable<Symbol> symbols, Func<ClusterClient, ParseResult, CancellationToken, Task<int>> run)
    {
        var (cluster, token, authorities) = (ClusterOptions.Cluster(isRequired: true), ClusterOptions.TokenFile(), ClusterOptions.Authorities());
        var command = new Command(name, help) { cluster, token, authorities };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = ClusterOptions.Connect(parsed.GetRequiredValue(cluster)!, parsed.GetValue(token), parsed.GetValue(authorities));
            return await run(client, parsed, cancellation);
        });
        return command;
    }
}
