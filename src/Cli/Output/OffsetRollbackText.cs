using System.Text;
using KafkaBackup.Shared.OffsetSnapshots;

namespace KafkaBackup.Cli.Output;

/// <summary>What <c>offset-rollback</c> prints of groups beside a snapshot. Lines end in <c>\n</c>.</summary>
internal static class OffsetRollbackText
{
    /// <summary>What is about to be given up, in a form that brings it back: nobody else remembers it.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="where">Where they are about to be set.</param>
    public static string Before(IReadOnlyList<GroupComparison> groups, string where)
    {
        var text = new StringBuilder();
        foreach (var group in groups)
        {
            var (name, committed) = (PlainText.Name(group.Group), group.Changed.Where(place => place.Now is not null).ToList());
            if (committed.Count > 0)
            {
                text.Append($"Consumer group '{name}' stands elsewhere than {where}. What follows brings that back, as the file of "
                    + $"kafka-consumer-groups.sh --group '{name}' --reset-offsets --from-file FILE --execute:\n");
                committed.ForEach(place => text.Append($"{place.Partition.Topic},{place.Partition.Number},{place.Now?.Offset}\n"));
                AppendMetadata(text, name, committed);
            }

            if (group.Changed.Where(place => place.Now is null).Select(place => $"{place.Partition}").ToList() is { Count: > 0 } unset)
            {
                text.Append($"Consumer group '{name}' has nothing committed in {string.Join(", ", unset)}\n");
            }

            AppendAdded(text, group);
        }

        return text.ToString();
    }

    /// <summary>The members of a group are waited for.</summary>
    public static string Waits(string group) =>
        $"Consumer group '{PlainText.Name(group)}' has active members, so that its offsets cannot be set: waiting for them, 30 s; stop its consumers";

    /// <summary>What came of each group.</summary>
    public static string Result(IReadOnlyList<GroupRollback> results) => string.Concat(results.Select(result =>
        result.Problem is { } problem ? $"{PlainText.Name(problem)}\n"
        : result.Group.Changed.Count == 0 ? $"Consumer group '{PlainText.Name(result.Group.Group)}' stands where the snapshot has it\n"
        : $"Consumer group '{PlainText.Name(result.Group.Group)}' is set back in {PlainText.Count(result.Group.Changed.Count, "partition")}\n{WithoutMetadata(result)}"));

    /// <summary>Where metadata was not taken; empty when all of it was.</summary>
    public static string WithoutMetadata(GroupRollback result) => string.Concat((result.WithoutMetadata ?? []).Select(partition =>
        $"Consumer group '{PlainText.Name(result.Group.Group)}' is set in {partition} without its metadata, which is longer than the brokers' offset.metadata.max.bytes\n"));

    /// <summary>Where each group stands.</summary>
    public static string Verification(IReadOnlyList<GroupComparison> groups)
    {
        var text = new StringBuilder();
        foreach (var group in groups)
        {
            var name = $"Consumer group '{PlainText.Name(group.Group)}'";
            text.Append(
                group.Problem is { } problem ? $"Not compared: {PlainText.Name(problem)}\n"
                : group.Changed.Count == 0 ? $"{name} stands where the snapshot has it\n"
                : $"{name} stands elsewhere in {group.Changed.Count} of {PlainText.Count(group.Then.Count, "partition")}\n");
            foreach (var (partition, now, then) in group.Changed)
            {
                text.Append(now?.Offset == then?.Offset
                    ? $"  {partition} at {now?.Offset} with metadata {Quoted(now?.Metadata)}, in the snapshot with {Quoted(then?.Metadata)}\n"
                    : $"  {partition} at {(now is { Offset: var offset } ? offset : "no offset")}, in the snapshot at {then?.Offset}\n");
            }

            AppendAdded(text, group);
        }

        var isMismatch = groups.Any(group => group.Changed.Count > 0);
        return text.Append(isMismatch ? "Result: MISMATCH\n" : groups.Any(group => group.Problem is not null) ? "Result: NOT KNOWN\n" : "Result: MATCH\n").ToString();
    }

    /// <summary>Kafka's tool sets offsets without it.</summary>
    private static void AppendMetadata(StringBuilder text, string group, IEnumerable<OffsetDifference> places)
    {
        foreach (var (partition, now, _) in places.Where(place => place.Now?.Metadata is { Length: > 0 }))
        {
            text.Append($"Consumer group '{group}' has the metadata {Quoted(now?.Metadata)} in {partition}, which that does not bring back\n");
        }
    }

    private static string Quoted(string? metadata) => metadata is { Length: > 0 } ? $"'{PlainText.Name(metadata)}'" : "none";

    private static void AppendAdded(StringBuilder text, GroupComparison group)
    {
        foreach (var (partition, now, _) in group.Added)
        {
            text.Append($"Consumer group '{PlainText.Name(group.Group)}' has offset {now?.Offset} in {partition}, which the snapshot does not have, and which no rollback takes away\n");
        }
    }
}
