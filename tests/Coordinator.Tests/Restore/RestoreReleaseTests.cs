using System.Buffers;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
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

        Assert.Contains("'orders' is not restored whole yet", (await Assert.ThrowsAsync<BackupException>(() => ReleaseAsync())).Message, StringComparison.Ordinal);
        Assert.Empty(_topics.Changed);
    }

    [Theory]
    [InlineData("86400000", "86400000")] // It was corrected.
    [InlineData(null, null)] // It is to have the cluster's own.
    [InlineData("", "604800000")] // It is not given any more: what it had at the source.
    public async Task What_a_topic_that_was_made_gets_back_is_what_the_file_says_now(string? given, string? back)
    {
        _topics.There["orders"] = Topic(("retention.ms", "-1"), ("cleanup.policy", "delete"));
        await WriteAsync(isWhole: true, new() { ["retention.ms"] = "1d", ["cleanup.policy"] = "compact" });
        var settings = new Dictionary<string, string?> { ["cleanup.policy"] = "compact" };
        if (given != "")
        {
            settings["retention.ms"] = given;
        }
        else
        {
            await WriteManifestAsync(("retention.ms", "604800000"));
        }

        await ReleaseAsync(Configuration with { Restore = new RestoreSection { TopicConfigs = new Dictionary<string, IReadOnlyDictionary<string, string?>> { ["orders"] = settings } } });

        Assert.Equal([("cleanup.policy", "compact"), ("retention.ms", back)], _topics.Changed["orders"].OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => (setting.Key, setting.Value)));
    }

    [Fact]
    public async Task What_others_made_gets_back_what_it_had_whatever_the_file_says()
    {
        _topics.There["orders"] = Topic(("retention.ms", "-1"));
        await WriteAsync(isWhole: true, new() { ["retention.ms"] = "5" }, exists: true);

        await ReleaseAsync(Configuration with { Restore = With("retention.ms", "7") });

        Assert.Equal("5", _topics.Changed["orders"]["retention.ms"]);
    }

    [Theory]
    [InlineData("86400000", 10L, true, 7)]
    [InlineData("-1", 10L, false, 7)] // It keeps all by its own settings.
    [InlineData("86400000", null, true, 0)] // There is no report.
    public async Task What_it_costs_is_told(string retention, long? oldest, bool mayDelete, long tooOld)
    {
        _topics.There["orders"] = Topic(("retention.ms", "-1"));
        await WriteAsync(isWhole: true, new() { ["retention.ms"] = retention }, exists: true);
        if (oldest is not null)
        {
            await WriteReportAsync(new RestoreReport.ReportedTopic("orders", "orders", [new RestoreReport.ReportedPartition(0, 0) { Records = 9, FirstTimestamp = oldest }], 9, 0)
            {
                TargetEffects = new TargetEffects(7, 0, 0, 0, AreLeftOut: false),
            });
        }

        var released = Assert.Single(await ReleaseAsync());

        Assert.Equal((mayDelete, tooOld), (released.MayDelete, released.TooOld));
    }

    [Fact]
    public async Task Another_restore_has_nothing_to_release() =>
        Assert.Contains("No restore by this configuration is written down", (await Assert.ThrowsAsync<BackupException>(() => ReleaseAsync())).Message, StringComparison.Ordinal);

    private static ExistingTopic Topic(params (string Key, string Value)[] settings) =>
        new("orders", 1, settings.ToDictionary(setting => setting.Key, setting => setting.Value), new HashSet<string>());

    private static RestoreSection With(string setting, string? value) =>
        new() { TopicConfigs = new Dictionary<string, IReadOnlyDictionary<string, string?>> { ["orders"] = new Dictionary<string, string?> { [setting] = value } } };

    private async Task WriteManifestAsync(params (string Key, string Value)[] settings)
    {
        var manifest = new BackupManifest
        {
            BackupId = "nightly",
            CreatedAt = 0,
            Topics = [new ManifestTopic { Name = "orders", OriginalPartitionCount = 1, Partitions = [], Configurations = settings.ToDictionary(setting => setting.Key, setting => setting.Value) }],
        };
        await _store.PutAsync(BackupKeys.Manifest(Configuration.BackupId), new ReadOnlySequence<byte>(ManifestJson.Write(manifest)), PutCondition.Overwrite, default);
    }

    private async Task WriteReportAsync(RestoreReport.ReportedTopic topic)
    {
        var report = new RestoreReport
        {
            BackupId = "nightly",
            Outcome = RestoreOutcome.Whole,
            StartTime = 0,
            EndTime = 0,
            DurationMs = 0,
            TopicsRestored = [topic],
            SegmentsProcessed = 0,
            RecordsRestored = 0,
            BytesRestored = 0,
            ThroughputRecordsPerSec = 0,
            ThroughputBytesPerSec = 0,
            Errors = [],
            Warnings = [],
            Selection = new RestoreReport.ReportedSelection(null, null),
            OffsetMapping = new OffsetMapping { Entries = new Dictionary<string, OffsetMapping.Entry>(), ConsumerGroups = new Dictionary<string, OffsetMapping.Group>(), CreatedAt = 0 },
            ResolvedConsumerGroups = [],
        };
        var id = RestoreId.Of(Configuration, await _cluster.Catalog.GetClusterIdAsync(CancellationToken.None));
        await _store.PutAsync(BackupKeys.RestoreReport(Configuration.BackupId, id), new ReadOnlySequence<byte>(report.ToJson()), PutCondition.Overwrite, default);
    }

    private async Task WriteAsync(bool isWhole, Dictionary<string, string?> held, bool exists = false)
    {
        var document = new RestoreDocument
        {
            StartedAt = DateTimeOffset.UnixEpoch,
            Topics = new Dictionary<string, RestoreDocument.DocumentedTopic> { ["orders"] = new() { IsBegun = true, IsWhole = isWhole, Held = held, Exists = exists } },
        };
        var key = BackupKeys.Restore(Configuration.BackupId, RestoreId.Of(Configuration, await _cluster.Catalog.GetClusterIdAsync(CancellationToken.None)));
        await _store.PutAsync(key, new ReadOnlySequence<byte>(document.ToJson()), PutCondition.CreateOnly, CancellationToken.None);
    }

    private Task<IReadOnlyList<ReleasedTopic>> ReleaseAsync(RestoreConfiguration? configuration = null) => new RestoreRelease(
        configuration ?? Configuration, _store, _cluster.Catalog, _topics, TimeProvider.System, new RestoreLog(NullLogger<RestoreLog>.Instance)).RunAsync(isDry: false, CancellationToken.None);
}
