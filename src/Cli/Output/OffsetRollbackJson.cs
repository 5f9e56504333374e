using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaBackup.Shared.OffsetSnapshots;

namespace KafkaBackup.Cli.Output;

/// <summary>What <c>offset-rollback --format json</c> prints: OSO's names where it has some, and what it does not tell under others.</summary>
internal static class OffsetRollbackJson
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The snapshots of a store, each as its <c>metadata.json</c>.</summary>
    public static string Listing(IEnumerable<OffsetSnapshotMetadata> snapshots) =>
        Text(new JsonArray([.. snapshots.Select(snapshot => JsonNode.Parse(snapshot.ToJson()))]));

    /// <summary>What came of setting groups back.</summary>
    public static string Rollback(OffsetSnapshotId id, IReadOnlyList<GroupRollback> results)
    {
        var (set, unset) = (results.Where(result => result.Problem is null).ToList(), results.Where(result => result.Problem is not null).ToList());
        return Text(new JsonObject
        {
            ["status"] = unset.Count == 0 ? "success" : set.Count == 0 ? "failed" : "partial_success",
            ["snapshot_id"] = id.Value,
            ["groups_rolled_back"] = set.Count,
            ["groups_failed"] = unset.Count,
            ["offsets_restored"] = set.Sum(result => (long)result.Group.Then.Count),
            ["errors"] = new JsonArray([.. unset.Select(result => JsonValue.Create(result.Problem))]),
            ["before"] = Places(results.Select(result => result.Group), group => group.Changed),
            ["not_in_snapshot"] = Places(results.Select(result => result.Group), group => group.Added),
            ["without_metadata"] = new JsonArray([.. results.SelectMany(result => result.WithoutMetadata ?? [], (result, partition) => new JsonObject
            {
                ["group_id"] = result.Group.Group,
                ["topic"] = partition.Topic,
                ["partition"] = partition.Number,
            })]),
        });
    }

    /// <summary>Whether groups stand where the snapshot has them.</summary>
    public static string Verification(OffsetSnapshotId id, IReadOnlyList<GroupComparison> groups) => Text(new JsonObject
    {
        ["snapshot_id"] = id.Value,
        ["verified"] = groups.All(group => group is { Problem: null, Changed.Count: 0 }),
        ["groups_verified"] = Names(groups.Where(group => group is { Problem: null, Changed.Count: 0 })),
        ["groups_mismatched"] = Names(groups.Where(group => group.Changed.Count > 0)),
        ["mismatches"] = Places(groups, group => group.Changed),
        ["not_in_snapshot"] = Places(groups, group => group.Added),
        ["errors"] = new JsonArray([.. groups.Where(group => group.Problem is not null).Select(group => JsonValue.Create(group.Problem))]),
    });

    private static JsonArray Names(IEnumerable<GroupComparison> groups) => new([.. groups.Select(group => JsonValue.Create(group.Group))]);

    private static JsonArray Places(IEnumerable<GroupComparison> groups, Func<GroupComparison, IEnumerable<OffsetDifference>> which) => new([.. groups.SelectMany(which,
        (group, place) => new JsonObject
        {
            ["group_id"] = group.Group,
            ["topic"] = place.Partition.Topic,
            ["partition"] = place.Partition.Number,
            ["expected_offset"] = place.Then?.Offset,
            ["actual_offset"] = place.Now?.Offset,
            ["expected_metadata"] = place.Then?.Metadata,
            ["actual_metadata"] = place.Now?.Metadata,
        })]);

    private static string Text(JsonNode node) => node.ToJsonString(Readable) + '\n';
}
