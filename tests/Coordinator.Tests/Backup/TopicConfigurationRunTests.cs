using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using Xunit;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A run that reads what was set for topics themselves.</summary>
public sealed class TopicConfigurationRunTests : BackupCoordinatorTestBase
{
    private static readonly Dictionary<string, string> Compacted = new() { ["cleanup.policy"] = "compact" };

    [Fact]
    public async Task Settings_and_replication_factor_are_remembered_with_the_topic_and_asked_for_in_one_question()
    {
        Cluster.WithTopic("orders").WithTopic("users").ReplicationFactor = 3;
        Cluster.Configurations["orders"] = Compacted;

        await PlanningAsync();

        var record = await Manifest.ExpectMsgAsync<RecordSource>();
        Assert.Equal([(3, 1), (3, null)], record.Topics.Select(topic => (topic.ReplicationFactor!.Value, topic.Configurations?.Count)));
        Assert.Equal(["orders", "users"], Assert.Single(Cluster.ConfigurationsRead).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Settings_that_are_remembered_already_are_not_sent_again()
    {
        Cluster.WithTopic("orders").Configurations["orders"] = Compacted;
        await RememberAsync(new Dictionary<string, string>(Compacted));

        await PlanningAsync();

        await FinishAskedAsync();
    }

    [Fact]
    public async Task A_changed_setting_is_remembered_though_no_record_is_new()
    {
        Cluster.WithTopic("orders").Configurations["orders"] = new Dictionary<string, string>();
        await RememberAsync(Compacted);

        var coordinator = await PlanningAsync();

        Assert.Empty(Assert.Single((await Manifest.ExpectMsgAsync<RecordSource>()).Topics).Configurations!);
        Recorded(coordinator);
        await FinishAskedAsync();
    }

    [Fact]
    public async Task A_source_that_does_not_tell_them_changes_nothing_and_fails_nothing()
    {
        Cluster.WithTopic("orders").ConfigurationFailure = new BackupException(FailureKind.Source, "Cannot read the configuration of topics.");
        await RememberAsync(Compacted);

        var coordinator = await PlanningAsync();

        await FinishAskedAsync();
        Finished(coordinator);
        Assert.Empty((await EndAsync()).Failures);
    }

    private Task RememberAsync(IReadOnlyDictionary<string, string> settings)
    {
        Cluster.Log("orders").Append(10);
        return Ledgers.CommitAsync(
            Store, [Ledgers.Entry(Ledgers.Orders(), 0, 10)], topics: new TopicFacts("orders", 1, "id-1") { Configurations = settings });
    }
}
