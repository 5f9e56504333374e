using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>What the demo shows on its own Kafka, and that its commands do what it says on another one.</summary>
public sealed class DemoTests : BrokerTest
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("kafka-backup-demo-");

    private string Dir => Path.Combine(_scratch.FullName, "demo");

    [Fact]
    public async Task The_demo_backs_up_a_shop_twice_and_a_second_call_goes_on()
    {
        var first = (await CliRun.RunAsync("demo", "--dir", Dir)).AssertExit(0);
        first.AssertSays("[INFO] No saved offsets found, starting from earliest");
        first.AssertSays("[INFO] Backed up 4,200 records across 3 topics");
        first.AssertSays("[INFO] orders:0 — starting at offset 750 (saved: 749)");
        first.AssertSays("[INFO] Backed up 840 new records across 3 topics");
        Assert.Contains("orders:0       750-899", first.Output, StringComparison.Ordinal);

        var second = (await CliRun.RunAsync("demo", "--dir", Dir)).AssertExit(0);
        second.AssertSays("[INFO] orders:0 — starting at offset 910 (saved: 909)"); // The bad deploy's orders are part of the story.
        second.AssertSays("[INFO] Backed up 840 new records across 3 topics");
        Assert.DoesNotContain(second.Log, line => line.Contains("[WARN]", StringComparison.Ordinal) && !line.Contains("is made to delete and compact nothing", StringComparison.Ordinal));
        AssertComparison(second, orders: "1,060", customers: "420", payments: "630");
    }

    [Fact]
    public async Task What_the_demo_restores_is_what_was_there_before_the_bad_deploy_and_its_commands_do_what_it_says()
    {
        var demo = (await CliRun.RunAsync("demo", "--dir", Dir)).AssertExit(0);
        await PointElsewhereAsync(Path.Combine(Dir, "restore.yaml"));

        demo.AssertSays("[INFO] Backed up 40 new records across 3 topics").AssertSays("[INFO] Restored 5,040 records of 7 partition(s) in 3 topic(s), as counted at the target");
        AssertComparison(demo, orders: "900", customers: "360", payments: "540");
        var looks = await Task.WhenAll(RunAsync(demo, "list"), RunAsync(demo, "describe"), RunAsync(demo, "validate"), RunAsync(demo, "restore", "--dry-run"));
        Assert.All(looks, look => look.AssertExit(0));
        Assert.All(looks[..2], look => Assert.Contains("shop", look.Output, StringComparison.Ordinal));
        looks[3].AssertSays("5,040 records").AssertSays("nothing was written");
        (await RunAsync(demo, "restore")).AssertExit(0).AssertSays("Restored 5,040 records");
        var orders = await Broker.ReadAsync(new PartitionId(Name("orders"), 0));
        Assert.Equal(900, orders.Count);
        Assert.DoesNotContain("null", orders.Select(TestBroker.KeyOf));
    }

    [Fact]
    public async Task A_directory_with_other_things_in_it_is_left_alone()
    {
        Directory.CreateDirectory(Dir);
        await File.WriteAllTextAsync(Path.Combine(Dir, "mine.txt"), "mine");

        var refused = await CliRun.RunAsync("demo", "--dir", Dir);

        refused.AssertExit(2).AssertOneFailure("is not empty and holds no demo");
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(Dir).Select(Path.GetFileName));
    }

    protected override void Dispose(bool disposing)
    {
        _scratch.Delete(recursive: true);
        base.Dispose(disposing);
    }

    private static void AssertComparison(CliResult demo, string orders, string customers, string payments)
    {
        (string Partition, string Count)[] partitions =
            [("customers:0", customers), .. Enumerable.Range(0, 4).Select(number => ($"orders:{number}", orders)), .. Enumerable.Range(0, 2).Select(number => ($"payments:{number}", payments))];
        Assert.All(partitions, partition => Assert.Matches($"\n  {partition.Partition} +{partition.Count} +{partition.Count} +yes\n", demo.Output));
        Assert.All(new[] { "billing, payments:0", "billing, payments:1", "mailer, orders:0", "mailer, orders:3" }, group => Assert.Matches($"\n  {group} +([a-z0-9-]+) at [0-9]+ +\\1 at [0-9]+ +yes\n", demo.Output));
    }

    /// <summary>Runs the command with this verb that the demo ends with; of several the last one that has all of these options.</summary>
    private static Task<CliResult> RunAsync(CliResult demo, string verb, params string[] options)
    {
        var commands = demo.Output.Split('\n').Where(line => line.StartsWith("  kafka-backup ", StringComparison.Ordinal))
            .Select(line => line.Trim().Split("     ")[0].Split(' ')).ToList();
        return CliRun.RunAsync(commands.Last(command => command[1] == verb && options.All(command.Contains)).Skip(1));
    }

    /// <summary>Names the test's broker in a configuration, and topics of its own there.</summary>
    private async Task PointElsewhereAsync(string path)
    {
        var lines = (await File.ReadAllLinesAsync(path))
            .Select(line => line.Contains("bootstrap_servers:", StringComparison.Ordinal) ? $"  bootstrap_servers: [\"{Broker.Address}\"]" : line);
        var mapping = string.Join(", ", new[] { "orders", "payments", "customers" }.Select(topic => $"{topic}: {Name(topic)}"));
        await File.WriteAllLinesAsync(path, [.. lines, $"  topic_mapping: {{{mapping}}}"]);
    }
}
