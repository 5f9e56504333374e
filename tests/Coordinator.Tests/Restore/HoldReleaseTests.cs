using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>What is held to no purpose any more is given back, and what others changed stays theirs.</summary>
public sealed class HoldReleaseTests
{
    private static readonly long Now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private readonly FakeTopics _topics = new();

    [Fact]
    public async Task A_topic_whose_settings_delete_nothing_gets_them_back()
    {
        There("young", new() { ["retention.ms"] = "-1", ["retention.bytes"] = "9", ["cleanup.policy"] = "delete" });
        There("old", new() { ["retention.ms"] = "-1" });
        There("shared", new() { ["retention.ms"] = "77" }); // Somebody has changed it.

        var released = await ReleaseAsync(
            (Topic("young", new() { ["retention.ms"] = "86400000", ["retention.bytes"] = "5", ["cleanup.policy"] = null }), Now),
            (Topic("old", new() { ["retention.ms"] = "86400000" }), Now - 86_400_000),
            (Topic("shared", new() { ["retention.ms"] = "86400000" }), Now),
            (Topic("gone", new() { ["retention.ms"] = "86400000" }), Now));

        Assert.Equal(["young"], released);
        Assert.Equal([("cleanup.policy", null), ("retention.ms", "86400000")], _topics.Changed["young"].OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => (setting.Key, setting.Value)));
        Assert.Equal(["young"], _topics.Changed.Keys);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void A_connection_that_breaks_is_no_reason_to_leave_a_hold(int breaks, bool isReleased) => LeapingClock.Run(async clock =>
    {
        There("young", new() { ["retention.ms"] = "-1" });
        _topics.Breaks = breaks;

        Assert.Equal(isReleased ? ["young"] : [], await ReleaseAsync(clock, (Topic("young", new() { ["retention.ms"] = "-2" }), null)));
    });

    private void There(string name, Dictionary<string, string> settings) => _topics.There[name] =
        new ExistingTopic(name, 1, settings, settings.Keys.ToHashSet()) { Defaults = new Dictionary<string, string> { ["cleanup.policy"] = "delete" } };

    private static RestoreTopic Topic(string name, Dictionary<string, string?> held) => new(name, new NewTopic(name, 1, null, new Dictionary<string, string>()), held);

    private Task<IReadOnlyList<string>> ReleaseAsync(params (RestoreTopic Topic, long? Oldest)[] topics) => ReleaseAsync(TimeProvider.System, topics);

    private Task<IReadOnlyList<string>> ReleaseAsync(TimeProvider clock, params (RestoreTopic Topic, long? Oldest)[] topics)
    {
        var services = new RestoreServices(
            TestConfiguration.Of(new RestoreSection()), new MemoryObjectStore(), new FakeCluster().Catalog, _topics, _ => { }, _ => [], new RestoreLog(NullLogger<RestoreLog>.Instance),
            () => 0, () => new Dictionary<KafkaBackup.Shared.PartitionId, KafkaBackup.Shared.Protocol.RestoreProtocol.RestoredSoFar>(), () => Task.CompletedTask, clock)
        {
            Groups = new NoGroups(),
        };
        return new HoldRelease(services, claim: null).RunAsync(topics, CancellationToken.None);
    }
}
