using System.Text.Json.Nodes;
using KafkaBackup.Cli.Output;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.OffsetSnapshots;
using Xunit;

namespace KafkaBackup.Cli.Tests.Output;

public sealed class OffsetRollbackTextTests
{
    private static readonly PartitionId First = new("orders", 0), Second = new("orders", 1), Other = new("other", 0);

    private static readonly GroupComparison Moved = Compared("billing", [(First, 7), (Second, 3)], [(First, 9), (Other, 5)]);
    private static readonly GroupComparison Same = Compared("idle", [(First, 7)], [(First, 7)]);
    private static readonly GroupComparison Unread = Compared("mailer", [(First, 1)], [], "no right");

    [Fact]
    public void What_is_given_up_is_told_in_lines_that_bring_it_back() => Assert.Equal("""
        Consumer group 'billing' stands elsewhere than in the snapshot. What follows brings that back, as the file of kafka-consumer-groups.sh --group 'billing' --reset-offsets --from-file FILE --execute:
        orders,0,9
        Consumer group 'billing' has nothing committed in orders:1
        Consumer group 'billing' has offset 5 in other:0, which the snapshot does not have, and which no rollback takes away

        """, OffsetRollbackText.Before([Moved, Same, Unread], "in the snapshot"));

    [Fact]
    public void Each_group_is_told_with_what_came_of_it()
    {
        GroupRollback[] results = [new(Moved, null), new(Same, null), new(Unread, "It is not set.")];

        Assert.Equal(
            "Consumer group 'billing' is set back in 2 partitions\nConsumer group 'idle' stands where the snapshot has it\nIt is not set.\n", OffsetRollbackText.Result(results));
        var json = JsonNode.Parse(OffsetRollbackJson.Rollback(OffsetSnapshotId.TryParse("s")!.Value, results))!;
        Assert.Equal(("partial_success", 2, 1, 3), (json["status"]!.GetValue<string>(), json["groups_rolled_back"]!.GetValue<int>(), json["groups_failed"]!.GetValue<int>(), json["offsets_restored"]!.GetValue<int>()));
        Assert.Equal(["9", null], json["before"]!.AsArray().Select(place => place!["actual_offset"]?.ToString()));
    }

    [Fact]
    public void A_mismatch_is_told_with_both_offsets() => Assert.Equal("""
        Consumer group 'billing' stands elsewhere in 2 of 2 partitions
          orders:0 at 9, in the snapshot at 7
          orders:1 at no offset, in the snapshot at 3
        Consumer group 'billing' has offset 5 in other:0, which the snapshot does not have, and which no rollback takes away
        Consumer group 'idle' stands where the snapshot has it
        Result: MISMATCH

        """, OffsetRollbackText.Verification([Moved, Same]));

    [Fact]
    public void A_group_that_cannot_be_read_is_no_match()
    {
        Assert.EndsWith("Not compared: no right\nResult: NOT KNOWN\n", OffsetRollbackText.Verification([Same, Unread]), StringComparison.Ordinal);
        Assert.False(JsonNode.Parse(OffsetRollbackJson.Verification(OffsetSnapshotId.TryParse("s")!.Value, [Unread]))!["verified"]!.GetValue<bool>());
    }

    [Fact]
    public void Metadata_is_told_where_it_alone_differs_or_is_given_up_or_was_not_taken()
    {
        var group = GroupComparison.Of(
            OffsetSnapshot.Of(new GroupOffsets("billing", new Dictionary<PartitionId, CommittedOffset> { [First] = new(7, "by a"), [Second] = new(3, "") }, null)),
            new GroupOffsets("billing", new Dictionary<PartitionId, CommittedOffset> { [First] = new(7, "by b"), [Second] = new(3, "\nby b") }, null));

        Assert.Equal("""
            Consumer group 'billing' stands elsewhere in 2 of 2 partitions
              orders:0 at 7 with metadata 'by b', in the snapshot with 'by a'
              orders:1 at 3 with metadata '?by b', in the snapshot with none
            Result: MISMATCH

            """, OffsetRollbackText.Verification([group]));
        Assert.Contains("'billing' has the metadata 'by b' in orders:0, which that does not bring back\n", OffsetRollbackText.Before([group], "in the snapshot"), StringComparison.Ordinal);
        Assert.EndsWith("'billing' is set in orders:0 without its metadata, which is longer than the brokers' offset.metadata.max.bytes\n",
            OffsetRollbackText.Result([new GroupRollback(group, null, WithoutMetadata: [First])]), StringComparison.Ordinal);
        var mismatch = JsonNode.Parse(OffsetRollbackJson.Verification(OffsetSnapshotId.TryParse("s")!.Value, [group]))!["mismatches"]![0]!;
        Assert.Equal(("by a", "by b"), (mismatch["expected_metadata"]!.GetValue<string>(), mismatch["actual_metadata"]!.GetValue<string>()));
    }

    private static GroupComparison Compared(string group, (PartitionId, long)[] then, (PartitionId, long)[] now, string? problem = null) =>
        GroupComparison.Of(OffsetSnapshot.Of(Offsets(group, then)), Offsets(group, now) with { Problem = problem });

    private static GroupOffsets Offsets(string group, (PartitionId Partition, long Offset)[] places) =>
        new(group, places.ToDictionary(place => place.Partition, place => new CommittedOffset(place.Offset)), null);
}
