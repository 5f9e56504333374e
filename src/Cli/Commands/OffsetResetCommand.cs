using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.OffsetSnapshots;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup offset-reset</c> and <c>offset-reset-bulk</c>: consumer groups of a backup are set where they belong in what was restored, after the restore.</summary>
internal static class OffsetResetCommand
{
    private const int AtOnce = 16;
    private const int MostAtOnce = 1_000;
    private const int MostRetries = 100;

    public static Command Create() => new("offset-reset", """
        Set consumer groups of a backup where they belong in what a restore has brought, once it is through: what a group reads next is the record that it
        would have read next at the source. A restore does the same by itself, with restore.auto_consumer_groups or restore.consumer_groups.

        Example: kafka-backup offset-reset plan --path /backups --backup-id production --groups billing,mailer --bootstrap-servers kafka-1:9092
        """) { CreatePlan(), CreateExecute(), CreateScript() };

    /// <summary><c>offset-reset-bulk</c>, OSO's name of <c>execute</c> for many groups.</summary>
    public static Command CreateBulk()
    {
        var (options, format) = (new Options(), Format("text", "json"));
        var most = new Option<int>("--max-concurrent") { Description = $"How many groups are set at a time; 1 to {MostAtOnce}.", DefaultValueFactory = _ => 50, HelpName = "N" };
        var retries = new Option<int>("--max-retries") { Description = $"How many times more a group is tried that could not be set; 0 to {MostRetries}.", DefaultValueFactory = _ => 3, HelpName = "N" };
        var command = new Command("offset-reset-bulk", """
            Set many consumer groups of a backup where they belong in what a restore has brought, as offset-reset execute does.
            Exit code 4 when a group could not be set; the others are.

            Example: kafka-backup offset-reset-bulk --path /backups --backup-id production --bootstrap-servers kafka-1:9092
            """) { most, retries, format };
        options.AddTo(command);
        Bound(most, 1, MostAtOnce);
        Bound(retries, 0, MostRetries);
        command.SetAction((parsed, _) => ExecuteAsync(parsed, options, parsed.GetValue(most), parsed.GetValue(retries), parsed.GetValue(format) == "json"));
        return command;
    }

    private static Command CreatePlan()
    {
        var (options, format) = (new Options(), Format("text", "json", "csv", "shell-script"));
        var command = new Command("plan", """
            Tell what consumer groups would become. Changes nothing.

            Example: kafka-backup offset-reset plan --path /backups --backup-id production --bootstrap-servers kafka-1:9092 --format csv
            """) { format };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = await PlanAsync(parsed, options, cancellation);
            Console.Out.Write(parsed.GetValue(format) switch
            {
                "json" => OffsetResetText.Json(plan),
                "csv" => OffsetResetText.Csv(plan),
                "shell-script" => OffsetResetText.Script(plan),
                _ => OffsetResetText.Table(plan),
            });
            return plan.Groups.Any(group => group.Problem is not null) ? ExitCode.Source : ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateExecute()
    {
        var options = new Options();
        var command = new Command("execute", """
            Set consumer groups. Stop their consumers before: a group with active members is waited for, 30 s.
            The offsets that are given up are told before they are. Exit code 4 when a group could not be set; the others are.

            Example: kafka-backup offset-reset execute --path /backups --backup-id production --groups billing --config restore.yaml
            """);
        options.AddTo(command);
        command.SetAction((parsed, _) => ExecuteAsync(parsed, options, AtOnce, retries: 0, isJson: false));
        return command;
    }

    private static Command CreateScript()
    {
        var options = new Options();
        var output = new Option<string?>("--output", "-o") { Description = "Write the script to this file, which may be run then. Default: standard output.", HelpName = "FILE" };
        var command = new Command("script", """
            Write a script of Kafka's own kafka-consumer-groups.sh that sets the groups.

            Example: kafka-backup offset-reset script --path /backups --backup-id production --bootstrap-servers kafka-1:9092 --output reset.sh
            """) { output };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var script = OffsetResetText.Script(await PlanAsync(parsed, options, cancellation));
            if (parsed.GetValue(output) is not { } file)
            {
                Console.Out.Write(script);
                return ExitCode.Ok;
            }

            try
            {
                await File.WriteAllTextAsync(file, script, cancellation);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BackupException(FailureKind.Configuration, $"--output {file}: {e.Message}", e);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<OffsetResetPlan> PlanAsync(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        using var catalog = new KafkaTopicCatalog(KafkaOptions.Connect(options.Kafka.Read(parsed)));
        return await options.PlanAsync(parsed, catalog, cancellation);
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, Options options, int atOnce, int retries, bool isJson)
    {
        using var signals = new StopSignals();
        var clients = KafkaOptions.Connect(options.Kafka.Read(parsed));
        using var catalog = new KafkaTopicCatalog(clients);
        using var writer = new KafkaGroupWriter(clients, TimeProvider.System);
        var plan = await options.PlanAsync(parsed, catalog, signals.Stopped);
        Console.Error.Write(OffsetRollbackText.Before(plan.Groups, "where it belongs"));
        var results = await OffsetRollback.SetAsync(plan.Groups, writer, group => Console.Error.WriteLine(OffsetRollbackText.Waits(group)), signals.Stopped, atOnce, retries);
        Console.Out.Write(isJson ? OffsetResetText.Json(plan, results) : OffsetResetText.Result(results));
        var unset = results.Count(result => result.Problem is not null);
        return results.Any(result => result.WasStopped) ? ExitCode.Interrupted : unset == 0 ? ExitCode.Ok
            : throw new BackupException(FailureKind.Source, $"{unset} of {PlainText.Count(results.Count, "consumer group")} could not be set; see above. 'offset-reset plan' tells where they stand and belong.");
    }

    private static void Bound(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && (result.GetValueOrDefault<int>() < least || result.GetValueOrDefault<int>() > most))
        {
            result.AddError($"{option.Name}: must be a whole number from {least} to {most}.");
        }
    });

    private static Option<string> Format(params string[] names)
    {
        var format = new Option<string>("--format", "-f") { Description = $"{string.Join(", ", names)}.", DefaultValueFactory = _ => names[0] };
        format.AcceptOnlyFromAmong(names);
        return format;
    }

    /// <summary>Which restore, which groups, which cluster.</summary>
    private sealed class Options
    {
        private readonly Option<string> _path = ReadingOptions.Path();
        private readonly Option<string> _backup = ReadingOptions.BackupId(isRequired: true);
        private readonly Option<string?> _restore = ReadingOptions.RestoreId();
        private readonly Option<string[]?> _groups = ReadingOptions.Groups("Consumer groups of the backup, separated by commas. Default: all that stand in what was restored.");

        public KafkaOptions Kafka { get; } = new();

        public void AddTo(Command command)
        {
            command.Add(_path);
            command.Add(_backup);
            command.Add(_groups);
            command.Add(_restore);
            Kafka.AddTo(command);
        }

        public async Task<OffsetResetPlan> PlanAsync(ParseResult parsed, KafkaTopicCatalog catalog, CancellationToken cancellation)
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(_path));
            return await new OffsetReset(store, catalog).PlanAsync(
                ReadingOptions.Id(parsed, _backup), parsed.GetValue(_restore), parsed.GetValue(_groups) is { Length: > 0 } groups ? groups : null, cancellation);
        }
    }
}
