using System.Buffers;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class RestoreReleaseTests
{
    private static readonly RestoreConfiguration Configuration = TestConfiguration.Of(new RestoreSection());

    private readonly MemoryObjectStore _store = new();
    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("orders");
    private readonly FakeTopics _topics = new();

    [Fact]
    public async Task What_is_held_is_given_back_and_what_others_changed_or_the_topic_cannot_have_stays()
    {
        _topics.There["orders"] = Topic(("retention.ms", "-1"), ("cleanup.policy", "delete"), ("retention.bytes", "9"), ("min.insync.replicas", "1"), ("message.timestamp.type", "CreateTime"));
        await WriteAsync(isWhole: true, new()
        {
            ["retention.ms"] = "5",
            ["cleanup.policy"] = null,
            ["retention.bytes"] = "7", // Somebody has made it 9.
            ["min.insync.replicas"] = "2",
            ["message.format.version"] = "3.0", // Not held, but made otherwise for good.
        });

        var released = Assert.Single(await ReleaseAsync());

        Assert.Equal([("cleanup.policy", null), ("retention.ms", "5")], _topics.Changed["orders"].OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => (setting.Key, setting.Value)));
        Assert.Equal(["message.format.version", "min.insync.replicas", "retention.bytes"], released.Left);
        Assert.Empty(await ReleaseAsync());
    }

    [Fact]
    public async Task A_topic_that_lacks_records_is_not_released()
    {
        _topics.There["orders"] = Topic(("retention.ms", "-1"));
        await WriteAsync(isWhole: false, new() { ["retention.ms"] = "5" });

        Assert.Contains("'orders' is not restored whole yet", (await Assert.ThrowsAsync<BackupException>(ReleaseAsync)).Message, StringComparison.Ordinal);
        Assert.Empty(_topics.Changed);
    }

    [Fact]
    public async Task Another_restore_has_nothing_to_release() =>
        Assert.Contains("No restore by this configuration is written down", (await Assert.ThrowsAsync<BackupException>(ReleaseAsync)).Message, StringComparison.Ordinal);

    private static ExistingTopic Topic(params (string Key, string Value)[] settings) =>
        new("orders", 1, settings.ToDictionary(setting => setting.Key, setting => setting.Value), new HashSet<string>());

    private async Task WriteAsync(bool isWhole, Dictionary<string, string?> held)
    {
        var document = new RestoreDocument
        {
            StartedAt = DateTimeOffset.UnixEpoch,
            Topics = new Dictionary<string, RestoreDocument.DocumentedTopic> { ["orders"] = new() { IsBegun = true, IsWhole = isWhole, Held = held } },
        };
        var key = BackupKeys.Restore(Configuration.BackupId, RestoreId.Of(Configuration, await _cluster.Catalog.GetClusterIdAsync(CancellationToken.None)));
        await _store.PutAsync(key, new ReadOnlySequence<byte>(document.ToJson()), PutCondition.CreateOnly, CancellationToken.None);
    }

    private Task<IReadOnlyList<ReleasedTopic>> ReleaseAsync() => new RestoreRelease(
        Configuration, _store, _cluster.Catalog, _topics, TimeProvider.System, new RestoreLog(NullLogger<RestoreLog>.Instance)).RunAsync(isDry: false, CancellationToken.None);
}
