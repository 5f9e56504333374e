using System.CommandLine;
using System.Text;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.OffsetSnapshots;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup offset-rollback</c>: keeps what consumer groups have committed, and sets them back to it.</summary>
internal static partial class OffsetRollbackCommand
{
    public static Command Create() => new("offset-rollback", """
        Keep the committed offsets of consumer groups, and set the groups back to them.

        Example: kafka-backup offset-rollback snapshot --path /backups --bootstrap-servers kafka-1:9092 --description 'before the deploy'
        """) { CreateSnapshot(), CreateList(), CreateShow(), CreateRollback(), CreateVerify(), CreateDelete() };

    private static Command CreateSnapshot()
    {
        var (path, kafka, groups, format) = (ReadingOptions.Path(), new KafkaOptions(), ReadingOptions.Groups("Consumer groups, separated by commas. Default: all that the user may see."), Format());
        var description = new Option<string?>("--description", "-d") { Description = "A few words to know it by.", HelpName = "TEXT" };
        var command = new Command("snapshot", """
            Store what consumer groups have committed in all topics. A group that cannot be read is named, and nothing is stored.

            Example: kafka-backup offset-rollback snapshot --path /backups --config restore.yaml --groups billing,mailer
            """) { path, groups, description, format };
        kafka.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var cluster = kafka.Read(parsed);
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            using var catalog = new KafkaTopicCatalog(KafkaOptions.Connect(cluster));
            var taken = await new OffsetSnapshotTaker(catalog, TimeProvider.System).TakeAsync(Named(parsed, groups), cancellation);
            var stored = await new OffsetSnapshotStore(store).CreateAsync(
                taken with { BootstrapServers = cluster.BootstrapServers, Description = parsed.GetValue(description) }, new Random(), cancellation);
            Console.Out.Write(IsJson(parsed, format) ? Line(stored.ToMetadata().ToJson()) : OffsetSnapshotText.Stored(stored.ToMetadata(), store.Name));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateList()
    {
        var (path, format) = (ReadingOptions.Path(), Format());
        var command = new Command("list", """
            List the offset snapshots of a store, newest first. Exit code 3 when one is damaged; it is named.

            Example: kafka-backup offset-rollback list --path /backups
            """) { path, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var listing = await new OffsetSnapshotStore(store).ListAsync(cancellation);
            Console.Out.Write(IsJson(parsed, format) ? OffsetRollbackJson.Listing(listing.Snapshots) : OffsetSnapshotText.Listing(listing.Snapshots));
            foreach (var problem in listing.Problems)
            {
                Console.Error.WriteLine($"Warning: {problem}");
            }

            return listing.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Incomplete;
        });
        return command;
    }

    private static Command CreateShow()
    {
        var (path, id, format) = (ReadingOptions.Path(), SnapshotId(), Format());
        var command = new Command("show", """
            Show the offsets that a snapshot holds.

            Example: kafka-backup offset-rollback show --path /backups --snapshot-id snap-1795539789694-1a2b3c4d
            """) { path, id, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = Id(parsed, id);
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            var snapshot = await new OffsetSnapshotStore(store).ReadAsync(name, cancellation);
            Console.Out.Write(IsJson(parsed, format) ? Line(snapshot.ToJson()) : OffsetSnapshotText.Whole(snapshot));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var (path, id) = (ReadingOptions.Path(), SnapshotId());
        var command = new Command("delete", """
            Delete an offset snapshot.

            Example: kafka-backup offset-rollback delete --path /backups --snapshot-id snap-1795539789694-1a2b3c4d
            """) { path, id };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = Id(parsed, id);
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            await new OffsetSnapshotStore(store).DeleteAsync(name, cancellation);
            Console.Out.WriteLine($"Deleted offset snapshot {name} in {store.Name}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string> SnapshotId() => new("--snapshot-id", "-s") { Description = "The snapshot, as 'list' calls it.", Required = true, HelpName = "ID" };

    private static OffsetSnapshotId Id(ParseResult parsed, Option<string> option)
    {
        var text = parsed.GetRequiredValue(option);
        return OffsetSnapshotId.TryParse(text) ?? throw new BackupException(
            FailureKind.Configuration, $"{option.Name}: '{PlainText.Name(text)}' is no snapshot id: letters, digits, '-', '_' and '.' only, as in snap-1795539789694-1a2b3c4d.");
    }

    /// <summary>The groups that are named; null when none is.</summary>
    private static string[]? Named(ParseResult parsed, Option<string[]?> groups) => parsed.GetValue(groups) is { Length: > 0 } names ? names : null;

    private static Option<string> Format()
    {
        var format = new Option<string>("--format", "-f") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        return format;
    }

    private static bool IsJson(ParseResult parsed, Option<string> format) => parsed.GetValue(format) == "json";

    private static string Line(byte[] json) => Encoding.UTF8.GetString(json) + '\n';
}
