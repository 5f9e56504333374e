using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>Turns what a restore says within one process into what goes between nodes, and back.</summary>
public static class NodeWork
{
    /// <summary>How many sentences about odd segments a message carries.</summary>
    private const int MostDifferences = 20;

    /// <summary>An order for a node. Of a share it does not say from which segments, as that is the same for all of them.</summary>
    public static NodeOrder ToNode(RestorePartition order) => new(order.Source, order.Target)
    {
        Extent = order.Share is null ? RestoreExtent.Of(order) : null,
        Base = order.Base,
        There = order.There,
        IsComparison = order.IsComparison,
        Limits = order.Limits,
        Rules = order.Rules,
        Marks = PackedOffsets.Pack(order.Marks),
        Noted = order.Noted is { } noted ? ToNode(noted, order) : null,
    };

    /// <summary>The order of a node, with the segments that the backup has there.</summary>
    /// <param name="order">As it came.</param>
    /// <param name="shared">What <see cref="OrderRestore.Extent"/> said.</param>
    /// <param name="all">The same partition, from all that the backup holds; null: it holds nothing of it.</param>
    /// <exception cref="BackupException">The backup has other segments than the order means.</exception>
    public static RestorePartition FromNode(NodeOrder order, RestoreExtent? shared, RestorePartition? all)
    {
        var cut = (order.Extent ?? shared)?.Cut(all ?? new RestorePartition(order.Source, order.Target, [])) ?? throw new BackupException(FailureKind.Storage,
            $"{order.Target} cannot be restored: the backup has changed since the restore was planned, as by its retention or a repair, or keys_file of restore.record_filters is another one on this node. Start the restore again.");
        var known = cut with { Base = order.Base, There = order.There, IsComparison = order.IsComparison, Limits = order.Limits, Rules = order.Rules, Marks = PackedOffsets.Unpack(order.Marks) };
        return known with { Noted = order.Noted is { } noted ? FromNode(noted, known) : null };
    }

    /// <summary>How far a partition is, for others.</summary>
    public static NodePosition ToNode(RestoredSoFar soFar, RestorePartition order) => new(order.Target, soFar.Records, soFar.SourceOffset)
    {
        Span = soFar.Span,
        Harms = soFar.Harms,
        Differences = Shortened(soFar.Differences),
        Marked = PackedOffsets.Pack(order.Marks.TakeWhile(soFar.Marked.ContainsKey).Select(mark => soFar.Marked[mark])),
    };

    /// <summary>How far the partition of <paramref name="order"/> is.</summary>
    public static RestoredSoFar FromNode(NodePosition position, RestorePartition order) => new()
    {
        Records = position.Records,
        SourceOffset = position.SourceOffset,
        Span = position.Span,
        Harms = position.Harms,
        Differences = position.Differences,
        Marked = Marked(order, position.Marked),
    };

    /// <summary>The end of a partition, for others.</summary>
    public static NodeRestored ToNode(PartitionRestored restored) => new(restored.Order.Target)
    {
        Records = restored.Records,
        Bytes = restored.Bytes,
        Markers = restored.Markers,
        FirstMarker = restored.FirstMarker,
        Filtered = restored.Filtered,
        Harms = restored.Harms,
        Span = restored.Span,
        Marked = PackedOffsets.Pack(restored.Order.Marks.Where(restored.Marked.ContainsKey).Select(mark => restored.Marked[mark])),
        Differences = Shortened(restored.Differences),
        WasStopped = restored.WasStopped,
        Failure = restored.Failure,
    };

    /// <summary>The end of the partition of <paramref name="order"/>.</summary>
    public static PartitionRestored FromNode(NodeRestored restored, RestorePartition order) => new(order)
    {
        Records = restored.Records,
        Bytes = restored.Bytes,
        Markers = restored.Markers,
        FirstMarker = restored.FirstMarker,
        Filtered = restored.Filtered,
        Harms = restored.Harms,
        Span = restored.Span,
        Marked = Marked(order, restored.Marked),
        Differences = restored.Differences,
        WasStopped = restored.WasStopped,
        Failure = restored.Failure,
    };

    private static Dictionary<long, long> Marked(RestorePartition order, string packed) =>
        order.Marks.Zip(PackedOffsets.Unpack(packed)).ToDictionary(pair => pair.First, pair => pair.Second);

    private static IReadOnlyList<string> Shortened(IReadOnlyList<string> differences) => differences.Count <= MostDifferences
        ? differences
        : [.. differences.Take(MostDifferences), $"{differences.Count - MostDifferences} more object(s) are not what the backup says of them."];
}
