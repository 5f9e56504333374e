using System.CommandLine;
using KafkaBackup.Cli.Demo;
using KafkaBackup.Cli.Output;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Commands;

/// <summary><c>kafka-backup demo</c>: a Kafka in this process, an incremental backup of it, its loss and a restore before the user's eyes.</summary>
internal static class DemoCommand
{
    /// <summary>The id of the demo's cluster: the same in every call, as the demo's Kafka tells the same story again.</summary>
    private const string ClusterId = "kafka-backup-demo-0001";

    public static Command Create()
    {
        var directory = new Option<string>("--dir", "-d")
        {
            Description = "Where configurations and backup are left.",
            DefaultValueFactory = _ => "kafka-backup-demo",
            HelpName = "DIR",
        };
        var command = new Command("demo", """
            Start a small Kafka inside this program, fill it, back it up incrementally, lose its topics, and restore them. Needs nothing else.

            Example: kafka-backup demo --dir /tmp/demo
            """) { directory };
        command.SetAction((parsed, cancellation) => RunAsync(new DemoFolder(parsed.GetRequiredValue(directory)), Console.Out, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DemoFolder folder, TextWriter say, CancellationToken cancellation)
    {
        var state = folder.Load(TimeProvider.System);
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { ClusterId = ClusterId });
        using var shop = new ShopTraffic(broker.BootstrapServers, state.StartedAt);
        await shop.CreateTopicsAsync();
        folder.WriteConfiguration(broker.BootstrapServers);
        say.WriteLine($"A Kafka is up at {broker.BootstrapServers}, inside this program and in memory.");
        if (state.Days > 0)
        {
            for (var day = 1; day <= state.Days; day++)
            {
                shop.Produce(day);
                if (state.BadDays?.Contains(day) == true)
                {
                    shop.ProduceNonsense(day);
                }
            }

            say.WriteLine($"It was told again, offset by offset, the {state.Days} days of the shop that the backup in {folder.StorePath} knows.");
        }

        // The first call shows a first and a second run; each further call adds a day.
        for (var days = state.Days == 0 ? 2 : 1; days > 0; days--)
        {
            state = state with { Days = state.Days + 1 };
            if (await TellDayAsync(folder, shop, state.Days, say, cancellation) is not ExitCode.Ok and var failed)
            {
                return failed;
            }

            folder.Save(state);
        }

        folder.Save(state with { BadDays = [.. state.BadDays ?? [], state.Days] }); // Before the backup holds it: what it holds is told again.
        if (await new ShopDisaster(folder, broker.BootstrapServers, shop, say).TellAsync(state.Days, cancellation) is not ExitCode.Ok and var bad)
        {
            return bad;
        }

        await SayWhatIsThereAsync(folder, say, cancellation);
        return ExitCode.Ok;
    }

    private static async Task<int> TellDayAsync(DemoFolder folder, ShopTraffic shop, int day, TextWriter say, CancellationToken cancellation)
    {
        say.WriteLine();
        say.WriteLine($"Day {day} of the shop: {shop.Produce(day)}.");
        say.WriteLine($"$ kafka-backup backup -c {folder.ConfigPath}");
        var before = await KeysAsync(folder, cancellation);
        var exitCode = await BackupCommand.RunAsync(folder.ConfigPath, OutputOptions.Default with { ShowsProgress = false });
        if (exitCode != ExitCode.Ok)
        {
            return exitCode;
        }

        say.WriteLine(day == 1 ? "The backup holds now:" : "New in the backup:");
        say.WriteLine("  partition      offsets        records  stored bytes  segment");
        foreach (var (topic, partition, segment) in Segments(await ReadAsync(folder, cancellation)).Where(found => !before.Contains(found.Segment.Key)))
        {
            say.WriteLine($"  {topic + ":" + partition,-13}  {segment.StartOffset + "-" + segment.EndOffset,-13}  {segment.RecordCount,7:N0}  {segment.CompressedSize,12:N0}  {Path.GetFileName(segment.Key)}");
        }

        return ExitCode.Ok;
    }

    private static async Task SayWhatIsThereAsync(DemoFolder folder, TextWriter say, CancellationToken cancellation)
    {
        say.WriteLine();
        say.WriteLine($"$ kafka-backup describe --path {folder.StorePath} --backup-id {DemoFolder.BackupId}");
        say.Write(DescribeText.Render(await ReadAsync(folder, cancellation)));
        say.WriteLine($"""

            Go on with:
              kafka-backup list --path {folder.StorePath}
              kafka-backup describe --path {folder.StorePath} --backup-id {DemoFolder.BackupId} --format json
              kafka-backup validate --path {folder.StorePath} --backup-id {DemoFolder.BackupId} --deep
              kafka-backup demo --dir {Path.GetDirectoryName(folder.ConfigPath)}     one more day, one more incremental run, one more loss
            For your own cluster, change bootstrap_servers, topics and backup_id in
              {folder.ConfigPath}
            and run
              kafka-backup backup -c {folder.ConfigPath}
            The demo's Kafka is gone now. With bootstrap_servers of another one in
              {folder.RestorePath}
            the shop's topics come up there:
              kafka-backup restore -c {folder.RestorePath} --dry-run     what it would do
              kafka-backup restore -c {folder.RestorePath}
            """);
    }

    private static async Task<HashSet<string>> KeysAsync(DemoFolder folder, CancellationToken cancellation) =>
        (await new BackupReader(new FileSystemObjectStore(folder.StorePath)).ListAsync(unreadable => throw unreadable, cancellation)).Count == 0
            ? []
            : Segments(await ReadAsync(folder, cancellation)).Select(found => found.Segment.Key).ToHashSet(StringComparer.Ordinal);

    private static Task<BackupManifest> ReadAsync(DemoFolder folder, CancellationToken cancellation) =>
        new BackupReader(new FileSystemObjectStore(folder.StorePath)).ReadAsync(DemoFolder.BackupId, cancellation);

    private static IEnumerable<(string Topic, int Partition, ManifestSegment Segment)> Segments(BackupManifest manifest) =>
        from topic in manifest.Topics
        from partition in topic.Partitions.OrderBy(partition => partition.PartitionId)
        from segment in partition.Segments
        select (topic.Name, partition.PartitionId, segment);
}
