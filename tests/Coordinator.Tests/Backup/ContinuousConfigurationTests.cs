using KafkaBackup.Shared.Ledger;
using Xunit;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>A run that goes on asks for the settings of topics when it finds them, and each hour.</summary>
public sealed class ContinuousConfigurationTests : ContinuousRunTestBase
{
    [Fact]
    public async Task A_topic_is_asked_for_its_settings_when_it_is_found_and_not_with_each_refresh()
    {
        var coordinator = await CaughtUpAsync();
        await DiscoverAsync(coordinator);
        Cluster.WithTopic("users").Configurations["users"] = new Dictionary<string, string> { ["retention.ms"] = "5" };

        await DiscoverAsync(coordinator);

        Assert.Equal(["orders", "users"], Cluster.ConfigurationsRead.SelectMany(topics => topics));
        var found = Assert.Single((await Manifest.ExpectMsgAsync<RecordSource>()).Topics);
        Assert.Equal(("users", "5"), (found.Name, found.Configurations!["retention.ms"]));
    }

    [Fact]
    public async Task A_change_is_found_within_an_hour()
    {
        var coordinator = await CaughtUpAsync();
        var settings = Cluster.Configurations["orders"] = new Dictionary<string, string> { ["retention.ms"] = "5" };
        Cluster.ReplicationFactor = 3;
        await DiscoverAsync(coordinator);
        await Manifest.ExpectNoMsgAsync(Instant);

        await LookAfterAsync(coordinator, TimeSpan.FromHours(1));

        Assert.Equal(
            [new TopicFacts("orders", 1, "id-1") { ReplicationFactor = 3, Configurations = settings }],
            (await Manifest.ExpectMsgAsync<RecordSource>()).Topics);
    }
}
