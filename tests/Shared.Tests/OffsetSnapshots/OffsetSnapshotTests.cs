using System.Text;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.Shared.Tests.OffsetSnapshots;

/// <summary>The form of <c>snapshot.json</c> and the names of snapshots.</summary>
public sealed class OffsetSnapshotTests
{
    private const string Key = "offset-snapshots/s/snapshot.json";

    [Fact]
    public void A_snapshot_of_OSO_is_read()
    {
        var snapshot = Read("""
            {"snapshot_id": "snap-1755522569000-d3a1", "created_at": "2025-08-18T13:09:29.123456789Z", "restore_id": null, "cluster_id": null,
             "bootstrap_servers": ["kafka:9092"], "description": "before the deploy", "group_offsets": {
               "billing": {"group_id": "billing", "partition_count": 2, "offsets": {"orders": {"10": {"offset": 7, "metadata": "m", "timestamp": null},
                 "2": {"offset": 40, "metadata": null, "timestamp": 1}, "3": {"offset": -1, "metadata": null, "timestamp": null}}}},
               "idle": {"group_id": "idle", "offsets": {}, "partition_count": 0}}}
            """);

        Assert.Equal([(new PartitionId("orders", 2), 40L), (new PartitionId("orders", 10), 7L)], snapshot.GroupOffsets["billing"].Places().Select(place => (place.Key, place.Value.Offset)));
        Assert.Empty(snapshot.GroupOffsets["idle"].Places());
        Assert.Equal(("before the deploy", 2, 2), (snapshot.Description, snapshot.ToMetadata().GroupCount, snapshot.ToMetadata().OffsetCount));
    }

    [Fact]
    public void A_snapshot_is_written_as_OSO_reads_it()
    {
        var snapshot = new OffsetSnapshot
        {
            SnapshotId = "snap-1-00000002",
            CreatedAt = DateTimeOffset.UnixEpoch,
            BootstrapServers = ["kafka:9092"],
            GroupOffsets = new() { ["g"] = OffsetSnapshot.Of(new GroupOffsets("g", new Dictionary<PartitionId, CommittedOffset> { [new("t", 10)] = new(1), [new("t", 2)] = new(5, "read by a") }, null)) },
        };

        Assert.Equal("""
            {"snapshot_id":"snap-1-00000002","created_at":"1970-01-01T00:00:00+00:00","group_offsets":{"g":{"group_id":"g","offsets":{"t":{"2":{"offset":5,"metadata":"read by a","timestamp":null},"10":{"offset":1,"metadata":null,"timestamp":null}}},"partition_count":2}},"restore_id":null,"cluster_id":null,"bootstrap_servers":["kafka:9092"],"description":null}
            """, Compact(snapshot.ToJson()));
        Assert.Equal("""
            {"snapshot_id":"snap-1-00000002","created_at":"1970-01-01T00:00:00+00:00","group_count":1,"offset_count":2,"restore_id":null,"description":null}
            """, Compact(snapshot.ToMetadata().ToJson()));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"snapshot_id": "s", "created_at": "yesterday", "group_offsets": {}}""")]
    [InlineData("""{"snapshot_id": "s", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {"g": null}}""")]
    [InlineData("""{"snapshot_id": "s", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {"g": {"group_id": "g", "offsets": {"t": null}}}}""")]
    [InlineData("""{"snapshot_id": "s", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {"g": {"group_id": "g", "offsets": {"t": {"0": null}}}}}""")]
    [InlineData("""{"snapshot_id": "s", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {"g": {"group_id": "g", "offsets": {"t": {"x": {"offset": 1}}}}}}""")]
    [InlineData("""{"snapshot_id": "s", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {"g": {"group_id": "g", "offsets": {"t": {"-1": {"offset": 1}}}}}}""")]
    [InlineData("""{"snapshot_id": "s", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {"g": {"group_id": "g", "offsets": {"t": {"0": {"metadata": "m"}}}}}}""")]
    public void What_is_no_snapshot_is_refused_by_its_key(string content) =>
        Assert.Contains(Key, Assert.Throws<StorageException>(() => Read(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_of_one_millisecond_differ_and_have_the_form_of_OSO()
    {
        var random = new Random(1);
        var names = Enumerable.Range(0, 1_000).Select(_ => OffsetSnapshotId.New(DateTimeOffset.FromUnixTimeMilliseconds(1_795_539_789_694), random).Value).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^snap-1795539789694-[0-9a-f]{8}$", name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../nightly")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void A_name_that_leads_elsewhere_is_none(string text) => Assert.Null(OffsetSnapshotId.TryParse(text));

    private static OffsetSnapshot Read(string content) => OffsetSnapshot.Read(Encoding.UTF8.GetBytes(content), Key);

    private static string Compact(byte[] json) => System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
