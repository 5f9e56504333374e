using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Cli.Commands;

/// <content>What holds a snapshot against the groups of a cluster.</content>
internal static partial class OffsetRollbackCommand
{
    private const string OfSnapshot = "Consumer groups of the snapshot, separated by commas. Default: all.";

    private static Command CreateRollback()
    {
        var (path, id, kafka, groups, format) = (ReadingOptions.Path(), SnapshotId(), new KafkaOptions(), ReadingOptions.Groups(OfSnapshot), Format());
        var command = new Command("rollback", """
            Set consumer groups back to a snapshot. Stop their consumers before: a group with active members is waited for, 30 s.
            The offsets that are given up are told before they are. Exit code 4 when a group could not be set; the others are.

            Example: kafka-backup offset-rollback rollback --path /backups --snapshot-id snap-1795539789694-1a2b3c4d --config restore.yaml
            """) { path, id, groups, format };
        kafka.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var signals = new StopSignals();
            var name = Id(parsed, id);
            var clients = KafkaOptions.Connect(kafka.Read(parsed));
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            using var catalog = new KafkaTopicCatalog(clients);
            using var writer = new KafkaGroupWriter(clients, TimeProvider.System);
            var compared = await CompareAsync(store, name, catalog, Named(parsed, groups), signals.Stopped);
            Console.Error.Write(OffsetRollbackText.Before(compared, "in the snapshot"));
            var results = await OffsetRollback.SetAsync(compared, writer, group => Console.Error.WriteLine(OffsetRollbackText.Waits(group)), signals.Stopped);
            Console.Out.Write(IsJson(parsed, format) ? OffsetRollbackJson.Rollback(name, results) : OffsetRollbackText.Result(results));
            return Report(results);
        });
        return command;
    }

    private static Command CreateVerify()
    {
        var (path, id, kafka, groups, format) = (ReadingOptions.Path(), SnapshotId(), new KafkaOptions(), ReadingOptions.Groups(OfSnapshot), Format());
        var command = new Command("verify", """
            Tell whether consumer groups stand where a snapshot has them. Changes nothing.
            Exit code 0 when all do, 1 when one does not, 4 when one cannot be read.

            Example: kafka-backup offset-rollback verify --path /backups --snapshot-id snap-1795539789694-1a2b3c4d --bootstrap-servers kafka-1:9092
            """) { path, id, groups, format };
        kafka.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = Id(parsed, id);
            var clients = KafkaOptions.Connect(kafka.Read(parsed));
            using var store = Stores.OpenExisting(parsed.GetRequiredValue(path));
            using var catalog = new KafkaTopicCatalog(clients);
            var compared = await CompareAsync(store, name, catalog, Named(parsed, groups), cancellation);
            Console.Out.Write(IsJson(parsed, format) ? OffsetRollbackJson.Verification(name, compared) : OffsetRollbackText.Verification(compared));
            return compared.Any(group => group.Problem is not null) ? ExitCode.Source
                : compared.Any(group => group.Changed.Count > 0) ? ExitCode.Failure
                : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<GroupComparison>> CompareAsync(
        IObjectStore store, OffsetSnapshotId id, KafkaTopicCatalog catalog, string[]? groups, CancellationToken cancellation)
    {
        var snapshot = await new OffsetSnapshotStore(store).ReadAsync(id, cancellation);
        return await new OffsetRollback(catalog).CompareAsync(snapshot, groups, cancellation);
    }

    /// <summary>Tells what went wrong, and the exit code.</summary>
    private static int Report(IReadOnlyList<GroupRollback> results)
    {
        if (results.Any(result => result.WasStopped))
        {
            return ExitCode.Interrupted;
        }

        var unset = results.Count(result => result.Problem is not null);
        return unset == 0
            ? ExitCode.Ok
            : throw new BackupException(FailureKind.Source, $"{unset} of {PlainText.Count(results.Count, "consumer group")} could not be set back; see above. 'offset-rollback verify' tells where they stand.");
    }
}
