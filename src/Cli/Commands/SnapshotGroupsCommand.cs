using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup snapshot-groups -c FILE</c>: the snapshot of consumer groups that a run takes at its end, without a run.</summary>
internal static class SnapshotGroupsCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML) with mode: backup.", Required = true, HelpName = "FILE" };
        var command = new Command("snapshot-groups", """
            Store the committed offsets of all consumer groups on the topics of a backup beside it, in consumer-groups-snapshot.json, as a run with
            backup.consumer_group_snapshot does at its end. What is known of a group that cannot be read is kept, and the exit code is 4.

            Example: kafka-backup snapshot-groups -c backup.yaml
            """) { config };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(config), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string file, CancellationToken cancellation)
    {
        var configuration = ConfigurationLoader.Load(file, Environment.GetEnvironmentVariable);
        PemFiles.Check(file, configuration.Source);
        Stores.CheckCredentials(file, configuration.Storage);
        using var store = Stores.OpenToRead(configuration.Storage);
        using var catalog = new KafkaTopicCatalog(new KafkaClients(configuration, NullLogger<KafkaClients>.Instance));
        var outcome = await new GroupSnapshotPublisher(store, catalog, TimeProvider.System).TakeAsync(configuration.BackupId, cancellation);

        var key = BackupKeys.ConsumerGroups(configuration.BackupId);
        var (groups, offsets) = (outcome.Stored.Groups.Count, outcome.Stored.Groups.Sum(group => group.Offsets.Values.Sum(topic => topic.Count)));
        Console.Out.WriteLine(groups == 0
            ? $"No consumer group that the user may see has committed offsets on topics of backup '{configuration.BackupId}'."
            : $"{store.Name}/{key} holds {PlainText.Count(offsets, "offset")} of {PlainText.Count(groups, "consumer group")}.");
        return outcome.Problem is { } problem ? throw new BackupException(FailureKind.Source, problem) : ExitCode.Ok;
    }
}
