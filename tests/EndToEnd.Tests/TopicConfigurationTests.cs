using System.Text.Json.Nodes;
using KafkaBackup.EndToEnd.Tests.Security;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.ObjectStores.FileSystem;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>What was set for a topic at the source, from there to what a restore reads.</summary>
public sealed class TopicConfigurationTests : BrokerTest
{
    private static readonly Dictionary<string, string> Expected = new() { ["cleanup.policy"] = "compact", ["retention.ms"] = "-1" };

    [Fact]
    public async Task Settings_and_replication_factor_stand_in_ledger_and_manifest_and_are_described()
    {
        var (backup, topic) = await BackedUpAsync();

        AssertRecorded(backup, Expected);
        var facts = await FactsAsync(backup, topic);
        Assert.Equal(1, facts.ReplicationFactor);
        Assert.Equal(Expected, facts.Configurations);
        const string described = "  replication factor 1 at the source\n  settings: cleanup.policy=compact, retention.ms=-1\n";
        Assert.Contains(described, await DescribeAsync(backup), StringComparison.Ordinal);
        Assert.Contains("\"source_replication_factor\": 1,", await DescribeAsync(backup, "--format", "json"), StringComparison.Ordinal);
        Assert.Contains("retention.ms: \"-1\"", await DescribeAsync(backup, "--format", "yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_finds_the_same_settings_writes_nothing()
    {
        var (backup, _) = await BackedUpAsync();
        var store = StoreSnapshot.Of(backup.Store);

        await backup.SucceedAsync();

        store.AssertUnchanged(backup.Store);
    }

    [Fact]
    public async Task A_ledger_that_is_made_anew_has_the_settings_of_the_manifest()
    {
        var (backup, topic) = await BackedUpAsync();
        Directory.Delete(backup.PathOf("_cluster"), recursive: true);

        (await CliRun.RunAsync(["repair", "--path", backup.Store, "--backup-id", backup.Id])).AssertExit(0);

        Assert.Equal(Expected, (await FactsAsync(backup, topic)).Configurations);
        AssertRecorded(backup, Expected);
    }

    [SkippableFact]
    public async Task A_changed_setting_is_kept_by_the_next_run_though_no_record_is_new()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var (backup, topic) = await BackedUpAsync();
        await Broker.SetAsync(topic, "retention.ms", "86400000");

        await backup.SucceedAsync();

        AssertRecorded(backup, new() { ["cleanup.policy"] = "compact", ["retention.ms"] = "86400000" });
        var store = StoreSnapshot.Of(backup.Store);
        await backup.SucceedAsync();
        store.AssertUnchanged(backup.Store);
    }

    [SkippableFact]
    public async Task A_user_who_may_not_see_settings_is_told_so_once_and_loses_neither_records_nor_what_was_known()
    {
        var address = SecuredBroker.Listener("SASL");
        var (backup, topic) = await BackedUpAsync();
        await Broker.AllowAliceAsync(topic);
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(50));
        backup.Config = backup.Config with { Broker = address, Security = SecuredBroker.Login("SCRAM-SHA-256", "alice") };

        var run = await backup.SucceedAsync();

        var warning = Assert.Single(run.Log, line => line.StartsWith("[WARN]", StringComparison.Ordinal));
        Assert.Equal(
            $"[WARN] The configuration of '{topic}' could not be read: the user has no right to. Give the user the right DescribeConfigs on them. "
            + "Records are backed up, and what was known of the configuration is kept.",
            warning);
        run.AssertSays("Backed up 50 new records");
        AssertRecorded(backup, Expected);
    }

    private async Task<(TestBackup Backup, string Topic)> BackedUpAsync()
    {
        var topic = await NewTopicAsync(partitions: 1, settings: ("cleanup.policy", "compact"));
        var records = SampleRecords.Plain(100).Select((record, number) => record with { Key = BitConverter.GetBytes(number) });
        await Broker.ProduceAsync(new PartitionId(topic, 0), records);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        return (backup, topic);
    }

    private static void AssertRecorded(TestBackup backup, Dictionary<string, string> settings)
    {
        var topic = JsonNode.Parse(File.ReadAllText(backup.PathOf("manifest.json")))!["topics"]![0]!;
        Assert.Equal(1, (int)topic["source_replication_factor"]!);
        Assert.Equal(settings, topic["configurations"]!.AsObject().ToDictionary(setting => setting.Key, setting => (string)setting.Value!));
    }

    private static async Task<TopicFacts> FactsAsync(TestBackup backup, string topic) =>
        (await LedgerReader.ReadAsync(new FileSystemObjectStore(backup.Store), new BackupId(backup.Id), CancellationToken.None))!.Topics[topic];

    private static async Task<string> DescribeAsync(TestBackup backup, params string[] options) =>
        (await CliRun.RunAsync(["describe", "--path", backup.Store, "--backup-id", backup.Id, .. options])).AssertExit(0).Output;
}
