using System.Runtime.CompilerServices;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Management.Pbm;

/// <summary><c>backup</c>: what is declared in the cluster, and orders about it. Any node answers for all.</summary>
/// <param name="node">The node that is asked.</param>
internal sealed class BackupPalette(NodeView node)
{
    private const string Operand = "BACKUP";

    /// <summary>Makes it.</summary>
    public PbmPalette Create() => new("backup", "The backups that are declared in the cluster.", [
        new PbmVerb("list", "List them: id, state, when runs begin, how the last one ended.", (_, cancellation) => ListAsync(cancellation)),
        new PbmVerb("status", "Show one, and how far its run is.", StatusAsync) { Operand = Operand },
        new PbmVerb("partitions", "List its partitions: next offset, records, objects, gaps, how far it is behind.", PartitionsAsync) { Operand = Operand },
        new PbmVerb("lag", "List the partitions that are behind the source, the worst first.", LagAsync) { Operand = Operand },
        new PbmVerb("gaps", "List offsets that were gone at the source before they could be read.", GapsAsync) { Operand = Operand },
        Order(CatalogueOrder.Pause, "End its run in good order, and begin none until it is resumed."),
        Order(CatalogueOrder.Resume, "Let a paused backup go on."),
        Order(CatalogueOrder.Cancel, "End its run in good order. A continuous backup is paused by it."),
        new PbmVerb("drain", "Let this node give its partitions, of all backups, to others, and take none until 'undrain' or its next start.", (_, _) => Node(node.Drain())),
        new PbmVerb("undrain", "Let this node take partitions again.", (_, _) => Node(node.Undrain())),
    ]);

    private PbmVerb Order(CatalogueOrder order, string help)
    {
        var name = order.ToString().ToLowerInvariant();
        return new PbmVerb(name, help, (arguments, cancellation) => RunAsync(arguments, cancellation)) { Operand = Operand };

        async IAsyncEnumerable<PbmLine> RunAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var done = await node.OrderAsync(arguments.Operand, order, null, cancellation);
            yield return PbmLine.Of(done.Run is { } run ? $"{done.BackupId}: {name}; run {run}" : $"{done.BackupId}: {name}", done, ApiJson.Default.Submitted);
        }
    }

    private async IAsyncEnumerable<PbmLine> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var count = 0;
        for (var (page, hasMore) = (default(BackupList), true); hasMore; hasMore = page.HasMore)
        {
            page = await node.ListBackupsAsync(page?.Backups[^1].Backup.Value, cancellation);
            foreach (var backup in page.Backups)
            {
                count++;
                yield return PbmLine.Of(
                    $"{Summary(backup)} | "
                        + $"{(backup.Runs is [var last, ..] ? $"last run: {last.Outcome}, records: {last.Records}" : "no run has ended")}",
                    new BackupDetails(backup.State, backup, null), ApiJson.Default.BackupDetails);
            }
        }

        yield return new PbmLine($"Count: {count} backups");
    }

    private async IAsyncEnumerable<PbmLine> StatusAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var details = await node.ShowBackupAsync(arguments.Operand, cancellation);
        var run = details switch
        {
            { Backup.Current: { } current, Status: { } status } =>
                $"run {current.Id}: {status.Phase}{(details.Backup.IsContinuous ? "" : $", partitions: {status.PartitionsDone}/{status.PartitionsPlanned}")}, records: {status.Records}",
            { Backup.Current: { } current } => $"run {current.Id}: its coordinator has not answered",
            { Backup.Runs: [var last, ..] } => $"run {last.Id}: {last.Outcome}, records: {last.Records}",
            _ => "no run has begun",
        };
        yield return PbmLine.Of($"{Summary(details.Backup)} | {run}", details, ApiJson.Default.BackupDetails);
        foreach (var failure in details.Backup is { Current: null, Runs: [var ended, ..] } ? ended.Failures : [])
        {
            yield return new PbmLine($"  {failure.Message}");
        }
    }

    private async IAsyncEnumerable<PbmLine> PartitionsAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var all = await node.ListPartitionsAsync(arguments.Operand, cancellation);
        foreach (var partition in all)
        {
            yield return PbmLine.Of(
                $"{NameOf(partition)} | {(partition.Position is { } next ? $"next offset: {next}" : "nothing yet")} | records: {partition.Records}"
                    + $" | segments: {partition.Segments} | gaps: {partition.Gaps} | {Behind(partition)}",
                partition, ApiJson.Default.PartitionDetails);
        }

        yield return new PbmLine($"Count: {all.Count} partitions");
    }

    private async IAsyncEnumerable<PbmLine> LagAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var all = await node.ListPartitionsAsync(arguments.Operand, cancellation);
        foreach (var partition in all.Where(item => item.Behind > 0 || item.Problem is not null).OrderByDescending(item => item.Behind ?? long.MaxValue))
        {
            yield return PbmLine.Of($"{NameOf(partition)} | {Behind(partition)}", partition, ApiJson.Default.PartitionDetails);
        }

        yield return new PbmLine($"Count: {all.Count(item => item.Behind > 0)} of {all.Count} partitions, behind: {all.Sum(item => item.Behind ?? 0)}");
    }

    private async IAsyncEnumerable<PbmLine> GapsAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var gaps = await node.ListGapsAsync(arguments.Operand, cancellation);
        foreach (var gap in gaps)
        {
            yield return PbmLine.Of(
                $"{gap.Topic}:{gap.Partition} | {gap.StartOffset}-{gap.EndOffset - 1} | {gap.Reason} | {gap.DetectedAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}", gap, ApiJson.Default.GapDetails);
        }

        yield return new PbmLine($"Count: {gaps.Count} gaps, offsets: {gaps.Sum(gap => gap.EndOffset - gap.StartOffset)}");
    }

    private static IAsyncEnumerable<PbmLine> Node(NodeDetails details) => new[]
    {
        PbmLine.Of($"{details.Node} {(details.IsDrained ? "is drained: it takes no partitions" : "takes partitions")}", details, ApiJson.Default.NodeDetails),
    }.ToAsyncEnumerable();

    private static string NameOf(PartitionDetails partition) => new PartitionId(partition.Topic, partition.Partition).ToString();

    private static string Behind(PartitionDetails partition) => partition switch
    {
        { Behind: { } behind } => $"behind: {behind}",
        { Problem: { } problem } => $"not asked: {problem}",
        _ => "not at the source",
    };

    private static string Summary(DeclaredBackup backup) =>
        $"{backup.Backup} | {backup.State} | {backup.Schedule ?? (backup.IsContinuous ? "continuous" : "once")}";
}
