using System.Runtime.CompilerServices;
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
        Order(CatalogueOrder.Pause, "End its run in good order, and begin none until it is resumed."),
        Order(CatalogueOrder.Resume, "Let a paused backup go on."),
        Order(CatalogueOrder.Cancel, "End its run in good order. A continuous backup is paused by it."),
    ]);

    private PbmVerb Order(CatalogueOrder order, string help)
    {
        var name = order.ToString().ToLowerInvariant();
        return new PbmVerb(name, help, (arguments, cancellation) => RunAsync(arguments, cancellation)) { Operand = Operand };

        async IAsyncEnumerable<PbmLine> RunAsync(PbmArguments arguments, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var done = await node.OrderAsync(arguments.Operand, order, cancellation);
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
                $"run {current.Id}: {status.Phase}, partitions: {status.PartitionsDone}/{status.PartitionsPlanned}, records: {status.Records}",
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

    private static string Summary(DeclaredBackup backup) =>
        $"{backup.Backup} | {backup.State} | {backup.Schedule ?? (backup.IsContinuous ? "continuous" : "once")}";
}
