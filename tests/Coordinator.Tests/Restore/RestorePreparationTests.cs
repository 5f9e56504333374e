using System.Buffers;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>What a restore takes for its own at a target, and what it does about the rest.</summary>
public sealed partial class RestorePreparationTests
{
    private static readonly PartitionId Orders = new("orders", 0);

    private readonly MemoryObjectStore _store = new();
    private readonly FakeCluster _cluster = new();
    private readonly FakeTopics _topics = new();

    [Fact]
    public void A_topic_that_it_made_and_did_not_come_to_write_down_is_not_made_again() => LeapingClock.Run(async clock =>
    {
        await LetGoAsync((await PrepareAsync(clock)).Claim!);
        _cluster.WithTopic("orders");
        _topics.There["orders"] = new ExistingTopic("orders", 1, Held(), new HashSet<string>(Held().Keys));

        var topic = Assert.Single((await PrepareAsync(clock)).Plan.Topics);

        Assert.Equal((true, false), (topic.IsMade, topic.Exists));
        Assert.Contains("retention.ms", topic.Held.Keys);
    });

    [Fact]
    public void A_topic_that_others_made_after_an_attempt_that_failed_is_taken_as_theirs() => LeapingClock.Run(async clock =>
    {
        await LetGoAsync((await PrepareAsync(clock)).Claim!);
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs(("retention.ms", "5"));

        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock));

        Assert.Contains("retention.ms is 5", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_topic_that_was_whole_and_that_others_made_anew_is_taken_as_theirs() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs();
        var first = await PrepareAsync(clock);
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()).AsWhole(clock.GetUtcNow()), default);
        Assert.Contains("was whole at", (await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock))).Message, StringComparison.Ordinal);

        _cluster.WithTopic("orders", topicId: "id-2");

        Assert.True(Assert.Single((await PrepareAsync(clock)).Plan.Topics).Exists);
    });

    [Theory]
    [InlineData("-1", "500")] // As it was left: what it had before is put back.
    [InlineData("7", "7")] // Somebody has put another value in its place: that is what it has.
    public void What_an_attempt_that_died_has_changed_is_put_back_to_what_it_was(string found, string before) => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs(("retention.ms", "500"));
        var section = new RestoreSection { RetentionPolicy = RetentionPolicy.Hold };
        await LetGoAsync((await PrepareAsync(clock, section)).Claim!);
        _topics.There["orders"] = Theirs(("retention.ms", found));

        var topic = Assert.Single((await PrepareAsync(clock, section)).Plan.Topics);

        Assert.Equal([KeyValuePair.Create<string, string?>("retention.ms", before)], topic.Held);
    });

    [Theory]
    [InlineData("6", "7", "7", true)]
    [InlineData("7", "7", "6", false)] // It has what is wanted, and what is held of it is told at the end.
    public void Settings_that_a_topic_was_made_with_stay_when_others_are_given_later_and_that_is_told(string found, string segment, string retention, bool isTold) => LeapingClock.Run(async clock =>
    {
        var first = await PrepareAsync(clock, With("7", "7"));
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        _cluster.WithTopic("orders");
        _topics.There["orders"] = new ExistingTopic("orders", 1, Held().Append(KeyValuePair.Create("segment.ms", found)).ToDictionary(), new HashSet<string>(Held().Keys));

        var plan = (await PrepareAsync(clock, With(segment, retention))).Plan;

        Assert.Equal(isTold ? ["Topic 'orders' is at the target and keeps its settings: restore.topic_configs is for topics that are made, and changes no segment.ms of it."] : [], plan.Notes);
        Assert.Equal(retention, Assert.Single(plan.Topics).Held["retention.ms"]);
    });

    [Fact]
    public void A_topic_that_others_made_keeps_its_settings_and_that_is_told() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs(("segment.ms", "5"), ("retention.ms", "-1"));

        Assert.Equal(
            ["Topic 'orders' is at the target and keeps its settings: restore.topic_configs is for topics that are made, and changes no retention.ms and no segment.ms of it."],
            (await PrepareAsync(clock, With("7", "8"))).Plan.Notes);
        Assert.Empty((await PrepareAsync(clock, With("5", "-1"))).Plan.Notes);
    });

    private static RestoreSection With(string segment, string retention) => new()
    {
        CreatesTopics = true,
        TopicConfigs = new Dictionary<string, IReadOnlyDictionary<string, string?>> { ["orders"] = new Dictionary<string, string?> { ["segment.ms"] = segment, ["retention.ms"] = retention } },
    };

    [Fact]
    public void What_a_topic_would_do_is_asked_again_when_a_restore_goes_on() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs();
        var first = await PrepareAsync(clock);
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        _topics.There["orders"] = Theirs(("retention.ms", "5"));

        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock));

        Assert.Contains("retention.ms is 5", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_partition_that_others_write_to_is_told_after_a_while() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs();
        var first = await PrepareAsync(clock);
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        var isOver = false;
        var writing = WriteAsync();

        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock));

        isOver = true;
        await writing;
        Assert.StartsWith("Somebody writes to orders:0 at the target", failure.Message, StringComparison.Ordinal);

        async Task WriteAsync()
        {
            while (!isOver)
            {
                _cluster.Log(Orders).Append(1);
                await Task.Delay(TimeSpan.FromMilliseconds(700), clock);
            }
        }
    });

    [Fact]
    public void Where_replicas_are_out_of_sync_it_waits_for_what_the_leader_may_hold() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders");
        _topics.There["orders"] = Theirs() with { IsInSync = false };
        var first = await PrepareAsync(clock);
        await first.Claim!.LetGoAsync(document => document.With(first.Plan.Topics[0], "id-1", new Dictionary<int, long>()), default);
        var began = clock.Elapsed;

        await PrepareAsync(clock);

        Assert.InRange(clock.Elapsed - began, TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(40));
    });

    [Fact]
    public void What_another_restore_has_begun_to_add_is_not_added_once_more() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders").Log(Orders).Append(5);
        _topics.There["orders"] = Theirs();
        var section = new RestoreSection { AppendsToTopics = true };
        var other = await PrepareAsync(clock, section);
        Assert.Equal(5, Assert.Single(other.Plan.Orders).Base);
        await other.Claim!.LetGoAsync(document => document.With(other.Plan.Topics[0], "id-1", new Dictionary<int, long> { [0] = 5 }), default);

        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock, section with { RecordFilters = [new RecordFilter(RecordFilterAction.Drop) { Keys = ["k"u8.ToArray()] }] }));

        Assert.Contains("has begun in topic 'orders' and is not whole", failure.Message, StringComparison.Ordinal);
        Assert.NotNull((await PrepareAsync(clock, section)).Claim); // The same one goes on.
    });

    [Fact]
    public void Nothing_is_added_where_it_cannot_be_noted() => LeapingClock.Run(async clock =>
    {
        _cluster.WithTopic("orders").Log(Orders).Append(5);
        _topics.There["orders"] = Theirs();
        var readOnly = new FaultyObjectStore(_store) { Decide = call => call.Operation == StoreOperation.Put ? StoreFault.FailBefore(retryable: false) : null };

        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock, new RestoreSection { AppendsToTopics = true }, readOnly));

        Assert.StartsWith("restore.existing_topic_policy is append, and where a restore begins in a topic could not be noted", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void An_absent_topic_is_made_only_when_that_is_wanted() => LeapingClock.Run(async clock =>
    {
        var failure = await Assert.ThrowsAsync<BackupException>(() => PrepareAsync(clock, new RestoreSection { CreatesTopics = false }));

        Assert.StartsWith("The target has no topic 'orders', and nothing was restored.", failure.Message, StringComparison.Ordinal);
        Assert.NotNull((await PrepareAsync(clock)).Claim); // It was let go.
    });

    private async Task<Planned> PrepareAsync(TimeProvider clock, RestoreSection? section = null, IObjectStore? store = null)
    {
        var manifest = new BackupManifest
        {
            BackupId = "nightly",
            CreatedAt = 0,
            Topics =
            [
                new ManifestTopic
                {
                    Name = "orders",
                    OriginalPartitionCount = 1,
                    Partitions =
                    [
                        new ManifestPartition
                        {
                            PartitionId = 0,
                            Segments = [new ManifestSegment { Key = "s", StartOffset = 0, EndOffset = 9, StartTimestamp = -1_000_000, EndTimestamp = -1_000_000, RecordCount = 10 }],
                        },
                    ],
                },
            ],
        };
        await _store.PutAsync(BackupKeys.Manifest(new BackupId("nightly")), new ReadOnlySequence<byte>(ManifestJson.Write(manifest)), PutCondition.Overwrite, default);
        var configuration = TestConfiguration.Of(section ?? new RestoreSection { CreatesTopics = true });
        var services = new RestoreServices(
            configuration, store ?? _store, _cluster.Catalog, _topics, _ => { }, _ => [], new RestoreLog(NullLogger<RestoreLog>.Instance), () => 0,
            () => new Dictionary<PartitionId, RestoredSoFar>(), () => Task.CompletedTask, clock)
        {
            Groups = new NoGroups(),
        };
        return await new RestorePreparation(services).PrepareAsync(default);
    }

    private static Task LetGoAsync(RestoreClaim claim) => claim.LetGoAsync(document => document, default);

    private static ExistingTopic Theirs(params (string Key, string Value)[] settings) =>
        new("orders", 1, settings.ToDictionary(setting => setting.Key, setting => setting.Value), settings.Select(setting => setting.Key).ToHashSet());

    /// <summary>What the restore holds of a topic that it makes.</summary>
    private static Dictionary<string, string> Held()
    {
        string[] settings = ["retention.ms", "retention.bytes", "cleanup.policy", "message.timestamp.type", "message.timestamp.before.max.ms", "message.timestamp.after.max.ms"];
        return settings.ToDictionary(setting => setting, RestorePlan.HoldOf);
    }
}
