using System.CommandLine;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup restore release -c FILE</c>: topics get their settings back.</summary>
internal static class RestoreReleaseCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML) of the restore.", Required = true, HelpName = "FILE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Tell what each topic would get back, and change nothing." };
        var command = new Command("release", """
            Give the topics of a restore the settings back that are held so that nothing of them is deleted, compacted or refused. From then on their own
            settings decide: records that are older than they keep are deleted within minutes. What somebody has changed meanwhile stays.

            Example: kafka-backup restore release -c restore.yaml
            """) { config, dryRun };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(config), parsed.GetValue(dryRun), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool isDry, CancellationToken cancellation)
    {
        var configuration = ConfigurationLoader.LoadRestore(file, Environment.GetEnvironmentVariable);
        PemFiles.Check(file, configuration.Target);
        Stores.Check(file, configuration.Storage);
        var clients = new KafkaClients(configuration.Target, NullLogger<KafkaClients>.Instance);
        using var store = Stores.OpenToRead(configuration.Storage);
        using var catalog = new KafkaTopicCatalog(clients);
        using var topics = new KafkaTopicMaker(clients);
        var released = await new RestoreRelease(configuration, store, catalog, topics, TimeProvider.System, new RestoreLog(NullLogger<RestoreLog>.Instance)).RunAsync(isDry, cancellation);
        foreach (var topic in released)
        {
            Console.Out.WriteLine(Line(topic, isDry));
        }

        if (released.Count == 0)
        {
            Console.Out.WriteLine("Nothing is held of topics of this restore.");
        }

        return ExitCode.Ok;
    }

    /// <summary>What it means for what was restored.</summary>
    private static string Cost(ReleasedTopic topic, bool isDry) => !topic.MayDelete ? "" : $" From {(isDry ? "then" : "now")} on it may delete what was restored"
        + (topic.TooOld > 0 ? $": {topic.TooOld:N0} records were older than it keeps when they were restored." : ".");

    private static string Line(ReleasedTopic topic, bool isDry)
    {
        if (topic.IsGone)
        {
            return $"Topic '{topic.Name}' is not there any more.";
        }

        var back = topic.Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value ?? "(the cluster's own)"}").ToList();
        var left = topic.Left.Count == 0 ? "" : $"; as it is stays: {string.Join(", ", topic.Left)}";
        return $"Topic '{topic.Name}' {(isDry ? "would get" : "has got")} back: {(back.Count == 0 ? "nothing" : string.Join(", ", back))}{left}.{Cost(topic, isDry)}";
    }
}
