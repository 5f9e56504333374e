using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class RestoreContinuationTests
{
    private static readonly RestoreDocument New = new() { StartedAt = DateTimeOffset.UnixEpoch };

    private static readonly PartitionId Orders = new("orders", 0);

    /// <summary>What was written down when the restore began.</summary>
    private static readonly RestoreDocument Begun = Of(Plan(), New, []).Document.With(Plan().Topics[0], "id-1", new Dictionary<int, long>());

    [Fact]
    public void What_was_noted_of_a_partition_counts_and_what_it_holds_beyond_it()
    {
        var document = Begun.WithPositions(new Dictionary<PartitionId, RestoredSoFar?> { [Orders] = new() { Records = 4, SourceOffset = 7 } });

        var (plan, _) = Of(Plan(), document, ["orders"], new PartitionBounds(0, 6));

        var order = Assert.Single(plan.Orders, order => order.Target == Orders);
        Assert.Equal((4L, 7L, 6L), (order.Noted!.Records, order.Noted.SourceOffset, order.There));
        Assert.Equal(["orders"], plan.AlreadyMade);
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, true)] // It is not passed by yet.
    [InlineData(5, false)] // A group has moved since: all is read again, for its place.
    public void What_was_noted_counts_only_where_it_tells_the_places_of_groups(long mark, bool counts)
    {
        var document = Begun.WithPositions(new Dictionary<PartitionId, RestoredSoFar?>
        {
            [Orders] = new() { Records = 4, SourceOffset = 7, Marked = new Dictionary<long, long> { [7] = 3 } },
        });
        var plan = Plan();
        plan = plan with { Orders = [.. plan.Orders.Select(order => order with { Marks = [mark] })] };

        var order = Assert.Single(Of(plan, document, ["orders"], new PartitionBounds(0, 6)).Plan.Orders, order => order.Target == Orders);

        Assert.Equal((counts, 6L), (order.Noted is not null, order.There));
    }

    [Fact]
    public void What_the_backup_got_since_is_left_out()
    {
        var (plan, _) = Of(Plan(segments: 3), Begun, ["orders"], new PartitionBounds(0, 0));

        Assert.Equal(2, Assert.Single(plan.Orders, order => order.Target == Orders).Segments.Count);
        Assert.Equal(3, Assert.Single(Of(Plan(segments: 3), Begun, []).Plan.Orders, order => order.Target == Orders).Segments.Count); // Of a topic that was deleted, all of it.
    }

    [Fact]
    public void A_backup_that_lost_segments_cannot_be_gone_on_with() => Assert.Contains(
        "The backup has other segments of orders:0 than those from which orders:0 is restored so far",
        Assert.Throws<BackupException>(() => Of(Plan(segments: 1), Begun, ["orders"], new PartitionBounds(0, 0))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 9)]
    public void A_target_that_lost_records_cannot_be_gone_on_with(long start, long end)
    {
        var document = Begun.WithPositions(new Dictionary<PartitionId, RestoredSoFar?> { [Orders] = new() { Records = 4, SourceOffset = 7 } });

        var failure = Assert.Throws<BackupException>(() => Of(Plan(), document, ["orders"], new PartitionBounds(start, end)));

        Assert.StartsWith($"orders:0 holds offsets {start} to {end}, and 4 records were restored into it from 0 on so far: something was deleted.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id-2")]
    [InlineData("id-1", false)]
    public void A_topic_that_somebody_else_made_is_not_ours(string id, bool isKnown = true) =>
        Assert.Empty(RestoreContinuation.FindOurs(Plan(), isKnown ? Begun : null, Ids(("orders", id))));

    [Fact]
    public void A_topic_that_others_made_is_ours_once_it_is_written_down_where_the_restore_begins_in_it()
    {
        var plan = Plan() with { Topics = [.. Plan().Topics.Select(topic => topic with { Exists = true })] };
        var document = Of(plan, New, []).Document;
        Assert.Empty(RestoreContinuation.FindOurs(plan, document, Ids(("orders", "id-1"))));

        document = document.With(plan.Topics[0] with { Held = new Dictionary<string, string?> { ["retention.ms"] = "5" } }, "id-1", new Dictionary<int, long> { [0] = 30 });

        Assert.Equal(["orders"], RestoreContinuation.FindOurs(plan, document, Ids(("orders", "id-1"))));
        var (left, _) = Of(Plan(), RestoreDocument.Read(document.ToJson(), "key"), ["orders"], new PartitionBounds(30, 36));
        Assert.Equal((30L, 6L), Assert.Single(left.Orders, order => order.Target == Orders) is var order ? (order.Base, order.There) : default);
        Assert.Equal("5", left.Topics[0].Held["retention.ms"]);
        Assert.Empty(left.AlreadyMade); // It may not have come to changing the settings.
    }

    [Fact]
    public void A_topic_that_is_there_is_not_ours_before_it_is_written_down_that_it_was_made() =>
        Assert.Empty(RestoreContinuation.FindOurs(Plan(), Begun, Ids(("users", "id-9"))));

    [Fact]
    public void A_partition_that_the_backup_got_since_is_left_out_and_told()
    {
        var document = Begun with { Topics = Begun.Topics.ToDictionary(topic => topic.Key, topic => topic.Value with { Partitions = new Dictionary<int, RestoreDocument.DocumentedPartition>() }) };

        var (plan, _) = Of(Plan(), document, ["orders"], new PartitionBounds(0, 0));

        Assert.Equal("users", Assert.Single(plan.Orders).Target.Topic);
        Assert.Contains("orders:0 is left out: the backup has got it since the restore began.", plan.Notes);
    }

    [Fact]
    public void A_partition_whose_records_were_all_deleted_begins_anew_where_it_ends()
    {
        var document = Begun.WithPositions(new Dictionary<PartitionId, RestoredSoFar?> { [Orders] = new() { Records = 4, SourceOffset = 7 } });

        var (plan, next) = Of(Plan(), document, ["orders"], new PartitionBounds(4, 4));

        var order = Assert.Single(plan.Orders, order => order.Target == Orders);
        Assert.Equal((4L, 0L, null), (order.Base, order.There, order.Noted));
        Assert.Equal((4L, null), (next.Topics["orders"].Partitions[0].Base, next.Topics["orders"].Partitions[0].SoFar));
        Assert.Contains("orders:0 was emptied since the restore began in it: all of it is restored again, from its offset 4 on.", plan.Notes);
    }

    [Fact]
    public void A_partition_in_which_only_a_group_has_come_to_stand_is_taken_in()
    {
        var plan = Plan();
        plan = plan with { Orders = [.. plan.Orders, new RestorePartition(new PartitionId("orders", 1), new PartitionId("orders", 1), []) { Marks = [3] }] };

        var (left, next) = Of(plan, Begun, ["orders"], new PartitionBounds(0, 0));

        Assert.Contains(left.Orders, order => order.Target == new PartitionId("orders", 1));
        Assert.Contains(1, next.Topics["orders"].Partitions.Keys);
    }

    [Fact]
    public void What_was_found_to_be_other_than_it_should_be_is_noted_no_more()
    {
        var noted = Begun.WithPositions(new Dictionary<PartitionId, RestoredSoFar?> { [Orders] = new() { Records = 4, SourceOffset = 7 } });

        Assert.Null(noted.WithPositions(new Dictionary<PartitionId, RestoredSoFar?> { [Orders] = null }).Topics["orders"].Partitions[0].SoFar);
    }

    [Fact]
    public void What_is_whole_is_not_restored_again()
    {
        var whole = Begun.With(Plan().Topics[1], null, new Dictionary<int, long>()).AsWhole(DateTimeOffset.UnixEpoch);

        Assert.StartsWith("'orders', 'users' were restored by this very restore, which was whole at 1970-01-01 00:00:00Z",
            Assert.Throws<BackupException>(() => RestoreContinuation.FindOurs(Plan(), whole, Ids(("orders", "id-1"), ("users", null)))).Message, StringComparison.Ordinal);

        var (plan, document) = Of(Plan(), whole, [.. RestoreContinuation.FindOurs(Plan(), whole, Ids(("orders", "id-1")))]);
        Assert.Equal("users", Assert.Single(plan.Topics).Made.Name); // It was deleted, and may be wanted again.
        Assert.Equal("users", Assert.Single(plan.Orders).Target.Topic);
        Assert.Null(document.WholeSince);
        Assert.True(document.Topics["orders"].IsWhole); // As long as the other one is not.
    }

    [Fact]
    public void A_document_comes_back_as_it_was_written()
    {
        var document = Begun.WithPositions(new Dictionary<PartitionId, RestoredSoFar?>
        {
            [Orders] = new() { Records = 4, SourceOffset = 7, Differences = ["It differs."] },
        }) with
        { Owner = ClaimOwner.New(), Beat = 3, WholeSince = DateTimeOffset.UnixEpoch };

        Assert.Equal(document.ToJson(), RestoreDocument.Read(document.ToJson(), "key").ToJson());
        Assert.Equal("It differs.", Assert.Single(RestoreDocument.Read(document.ToJson(), "key").Topics["orders"].Partitions[0].SoFar!.Differences));
    }

    [Fact]
    public void Restores_are_told_apart_by_what_they_bring_where_and_not_by_how()
    {
        var id = RestoreId.Of(TestConfiguration.Of(new RestoreSection()), "cluster");

        Assert.Equal(id, RestoreId.Of(TestConfiguration.Of(new RestoreSection
        {
            MaxConcurrentPartitions = 9,
            MaxMemoryBytes = 9,
            MaxBytesPerSecond = 5,
            IsDryRun = true,
            Produce = new ProduceSettings { Acks = ProduceAcks.Leader },
            TopicConfigs = new Dictionary<string, IReadOnlyDictionary<string, string?>> { ["*"] = new Dictionary<string, string?> { ["segment.ms"] = "5" } },
        }), "cluster"));
        RestoreSection[] others =
        [
            new() { TimeWindowStart = 5 }, new() { TimeWindowEnd = 5 }, new() { SourcePartitions = [5] }, new() { IncludesOriginalOffset = true }, new() { RetentionPolicy = RetentionPolicy.Skip },
            new() { TopicMapping = new Dictionary<string, string> { ["a"] = "b" } }, new() { PartitionMapping = new Dictionary<int, int> { [5] = 5 } },
        ];
        string[] ids = [id, RestoreId.Of(TestConfiguration.Of(new RestoreSection()), "other"), .. others.Select(other => RestoreId.Of(TestConfiguration.Of(other), "cluster"))];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    private static (RestorePlan Plan, RestoreDocument Document) Of(RestorePlan plan, RestoreDocument document, string[] ours, PartitionBounds bounds = default) =>
        RestoreContinuation.Of(plan, document, [.. ours], plan.Orders.ToDictionary(order => order.Target, _ => bounds));

    private static Dictionary<string, string?> Ids(params (string Topic, string? Id)[] ids) => ids.ToDictionary(topic => topic.Topic, topic => topic.Id);

    private static RestorePlan Plan(int segments = 2) => RestorePlan.Of(
        new BackupManifest { BackupId = "nightly", CreatedAt = 0, Topics = [Topic("orders", segments), Topic("users", 1)] }, TestConfiguration.Of(new RestoreSection()), brokers: 1);

    private static ManifestTopic Topic(string name, int segments) => new()
    {
        Name = name,
        Partitions =
        [
            new ManifestPartition
            {
                PartitionId = 0,
                Segments = [.. Enumerable.Range(0, segments).Select(number => new ManifestSegment
                {
                    Key = $"s{number}", StartOffset = 10 * number, EndOffset = (10 * number) + 9, StartTimestamp = 0, EndTimestamp = 0, RecordCount = 10,
                })],
            },
        ],
    };
}
