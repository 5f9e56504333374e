using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Restore.RestoreDocument;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Fits a plan to what earlier attempts of the same restore have done. Pure.</summary>
internal static class RestoreContinuation
{
    private const int MaxNamed = 10;

    /// <summary>The topics of the plan that are at the target and in which this restore has begun.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="document">What is written down of the restore; null: nothing.</param>
    /// <param name="ids">The ids of those topics of the plan that are at the target.</param>
    /// <exception cref="BackupException">All is restored already.</exception>
    public static ImmutableHashSet<string> FindOurs(RestorePlan plan, RestoreDocument? document, IReadOnlyDictionary<string, string?> ids)
    {
        var ours = ids.Where(topic => document?.Topics.GetValueOrDefault(topic.Key) is { IsBegun: true } known && (known.Id is null || topic.Value is null || known.Id == topic.Value))
            .Select(topic => topic.Key).ToImmutableHashSet(StringComparer.Ordinal);

        return document?.WholeSince is { } since && plan.Topics.All(topic => ours.Contains(topic.Made.Name))
            ? throw Wrong($"{Names([.. ours.Order(StringComparer.Ordinal)])} {(ours.Count == 1 ? "was" : "were")} restored by this very restore, which was whole at {since:u}, and nothing was done now. "
                + (ours.Count == 1
                    ? "To restore it once more, delete it first, or give the restored one another name by restore.topic_mapping."
                    : "To restore them once more, delete them first, or give the restored ones other names by restore.topic_mapping."))
            : ours;
    }

    /// <summary>The plan for what is left to do, and what is to be written down before it begins.</summary>
    /// <param name="plan">The plan for all.</param>
    /// <param name="document">What is written down.</param>
    /// <param name="ours">What <see cref="FindOurs"/> found.</param>
    /// <param name="bounds">What the partitions of those topics hold.</param>
    /// <exception cref="BackupException">It cannot go on: the backup has other segments now, or the target other records.</exception>
    public static (RestorePlan Plan, RestoreDocument Document) Of(
        RestorePlan plan, RestoreDocument document, ImmutableHashSet<string> ours, IReadOnlyDictionary<PartitionId, PartitionBounds> bounds)
    {
        var done = ours.Where(name => document.Topics[name].IsWhole).ToHashSet(StringComparer.Ordinal); // Nothing is left to do, and others may use them by now.
        var (orders, topics) = (new List<RestorePartition>(), ImmutableDictionary.CreateBuilder<string, DocumentedTopic>(StringComparer.Ordinal));
        var (notes, byTopic) = (plan.Notes.ToList(), plan.Orders.ToLookup(order => order.Target.Topic, StringComparer.Ordinal));
        foreach (var topic in plan.Topics)
        {
            var name = topic.Made.Name;
            var isOurs = ours.Contains(name);
            var known = isOurs ? document.Topics[name] : new DocumentedTopic { Exists = topic.Exists, Held = topic.Exists ? topic.Held : null };
            if (done.Contains(name))
            {
                topics.Add(name, known);
                continue;
            }

            var partitions = known.Partitions.ToDictionary();
            foreach (var order in byTopic[name])
            {
                if (!isOurs)
                {
                    partitions[order.Target.Number] = Documented(order);
                    orders.Add(order);
                }
                else if (partitions.TryGetValue(order.Target.Number, out var noted))
                {
                    var continued = Continued(order, noted, bounds[order.Target]);
                    continued = continued.There == 0 ? continued : continued with { Rules = noted.Rules ?? RecordRules.None }; // What was left out so far has to be left out again.
                    if (continued.Base != noted.Base)
                    {
                        notes.Add($"{order.Target} was emptied since the restore began in it: all of it is restored again, from its offset {continued.Base} on.");
                    }

                    partitions[order.Target.Number] = noted with { Base = continued.Base, SoFar = continued.There == 0 ? null : noted.SoFar, Rules = RulesOf(continued) };
                    orders.Add(continued);
                }
                else if (order.Segments.Count == 0 && bounds[order.Target] is { Problem: null } empty && empty.LogStartOffset == empty.HighWatermark)
                {
                    partitions[order.Target.Number] = Documented(order) with { Base = empty.HighWatermark }; // A group has come to stand in it.
                    orders.Add(order with { Base = empty.HighWatermark });
                }
                else
                {
                    notes.Add($"{order.Source} is left out: the backup has got it since the restore began.");
                }
            }

            topics.Add(name, known with { PartitionCount = partitions.Count, Partitions = partitions, Held = isOurs ? Known(topic, known).Held : known.Held });
        }

        var left = plan with
        {
            Topics = [.. plan.Topics.Where(topic => !done.Contains(topic.Made.Name)).Select(topic => ours.Contains(topic.Made.Name) ? Known(topic, document.Topics[topic.Made.Name]) : topic)],
            Orders = [.. orders.OrderByDescending(order => order.Records)],
            Notes = notes,
            Groups = [.. plan.Groups.Select(group => group with { Marks = [.. group.Marks.Where(mark => !done.Contains(mark.Target.Topic))] }).Where(group => group.Marks.Count > 0)],
            AlreadyMade = [.. ours.Where(name => document.Topics[name] is { Exists: false } || topics[name].Held is null or { Count: 0 })], // What is held of others is held again.
            CanGoOn = true,
        };
        return (left, document with { Topics = topics.ToImmutable(), WholeSince = null });
    }

    /// <summary>The topic as it was begun; of one that others made the plan tells what is to be held by now. One that the restore made gets at its end what is wanted by now.</summary>
    public static RestoreTopic Known(RestoreTopic topic, DocumentedTopic known) => topic.Exists || known.Held is null
        ? topic with { Exists = topic.Exists || known.Exists, IsBegun = true }
        : topic with
        {
            Exists = known.Exists,
            IsBegun = true,
            Held = known.Exists ? known.Held : known.Held.ToDictionary(setting => setting.Key, setting => topic.Held.GetValueOrDefault(setting.Key, setting.Value), StringComparer.Ordinal),
        };

    private static RestorePartition Continued(RestorePartition order, DocumentedPartition noted, PartitionBounds bounds)
    {
        if (noted.Extent.Cut(order) is not { } begun)
        {
            throw Wrong($"The backup has other segments of {order.Origin} than those from which {order.Target} is restored so far, as after its retention or a repair: the restore cannot go on. "
                + (order with { Base = noted.Base }).Anew);
        }

        if (bounds.Problem is { } problem)
        {
            throw problem;
        }

        var records = noted.SoFar?.Records ?? 0;
        if (bounds.LogStartOffset == bounds.HighWatermark && bounds.HighWatermark >= noted.Base)
        {
            return begun with { Base = bounds.HighWatermark }; // Empty, whatever was there: it begins anew.
        }

        return bounds.LogStartOffset <= noted.Base && bounds.HighWatermark - noted.Base >= records
            ? begun with { Noted = NotedFor(order, noted.SoFar), Base = noted.Base, There = bounds.HighWatermark - noted.Base }
            : throw new BackupException(FailureKind.Source,
                $"{order.Target} holds offsets {bounds.LogStartOffset} to {bounds.HighWatermark}, and {records} records were restored into it from {noted.Base} on so far: something was deleted. "
                + (order with { Base = noted.Base }).Anew);
    }

    /// <summary>What is noted, as far as it tells all that the order asks for: groups may have moved since. Without it all is read again.</summary>
    private static RestoredSoFar? NotedFor(RestorePartition order, RestoredSoFar? noted) =>
        noted is not null && order.Marks.All(mark => mark > noted.SourceOffset || noted.Marked.ContainsKey(mark)) ? noted : null;

    private static DocumentedPartition Documented(RestorePartition order)
    {
        var extent = RestoreExtent.Of(order);
        return new DocumentedPartition { Until = extent.Until, Sources = extent.Sources, Segments = extent.Segments, Rules = RulesOf(order) };
    }

    private static RecordRules? RulesOf(RestorePartition order) => order.Rules.LeavesOut ? order.Rules : null;

    private static string Names(List<string> topics) => $"{string.Join(", ", topics.Take(MaxNamed).Select(name => $"'{name}'"))}{(topics.Count > MaxNamed ? " and others" : "")}";

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
