using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Management;

/// <summary>Questions and orders to the catalogue's keeper and the coordinators, wherever in the cluster they are.</summary>
internal static class CatalogueAccess
{
    /// <summary>What is said when the keeper does not answer (<see cref="AskTimeoutException"/>).</summary>
    public const string Away =
        "The keeper of the catalogue does not answer: the cluster may be between two leaders, or "
            + "its catalogue may be out of reach. Ask again in a few seconds.";

    /// <summary>How long another node is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(3);

    /// <summary>Some of the declared backups, after the one called <paramref name="after"/>.</summary>
    public static Task<BackupList> ListBackupsAsync(this NodeView node, string? after, CancellationToken cancellation) =>
        node.Catalogue.Ask<BackupList>(new GetBackups(after), Patience, cancellation);

    /// <summary>Puts a question or an order.</summary>
    /// <exception cref="BackupException">It was refused.</exception>
    public static async Task<DeclaredBackup?> AskCatalogueAsync(this NodeView node, IWireMessage question, CancellationToken cancellation)
    {
        var answer = await node.Catalogue.Ask<CatalogueAnswer>(question, Patience, cancellation);
        return answer.Problem is { } problem ? throw new BackupException(problem.Kind, problem.Message) : answer.Backup;
    }

    /// <summary>The declared backup called <paramref name="id"/>.</summary>
    /// <exception cref="NotThereException">None is.</exception>
    public static async Task<DeclaredBackup> FindBackupAsync(this NodeView node, string id, CancellationToken cancellation)
    {
        var declared = BackupId.Problem(id) is null ? await node.AskCatalogueAsync(new GetBackup(new BackupId(id)), cancellation) : null;
        return declared
            ?? throw new NotThereException($"No backup '{id}' is declared in this cluster. See 'kafka-backup cluster backups', or submit it.");
    }

    /// <summary>The declared backup called <paramref name="id"/>, and how far its run is.</summary>
    /// <exception cref="NotThereException">None is.</exception>
    public static async Task<BackupDetails> ShowBackupAsync(this NodeView node, string id, CancellationToken cancellation)
    {
        var declared = await node.FindBackupAsync(id, cancellation);
        return new BackupDetails(declared.State, declared, await node.StatusOfAsync(declared));
    }

    /// <summary>Carries out an order about the backup called <paramref name="id"/>.</summary>
    /// <exception cref="BackupException">It is not declared, or the order was refused.</exception>
    public static async Task<Submitted> OrderAsync(this NodeView node, string id, CatalogueOrder order, string? run, CancellationToken cancellation)
    {
        var backup = (await node.FindBackupAsync(id, cancellation)).Backup;
        return new Submitted(backup.Value, WantedRun(await node.AskCatalogueAsync(new ChangeBackup(backup, order) { Run = run }, cancellation)), []);
    }

    /// <summary>How far a backup's run is; null when it has none, or when nobody answered in time.</summary>
    public static async Task<BackupStatus?> StatusOfAsync(this NodeView node, DeclaredBackup declared)
    {
        try
        {
            return declared.Current is not { } run ? null : await node.Coordinators.Ask<BackupStatus>(
                new GetBackupStatus(declared.Backup) { Placement = run.Placement }, StatusPatience);
        }
        catch (AskTimeoutException)
        {
            return null; // The coordinator may be on its way to another node.
        }
    }

    /// <summary>How far each partition of the backup called <paramref name="id"/> is.</summary>
    /// <exception cref="BackupException">It is not declared, or this node cannot read its store or its source.</exception>
    public static async Task<IReadOnlyList<PartitionDetails>> ListPartitionsAsync(this NodeView node, string id, CancellationToken cancellation) =>
        PartitionDetails.Of(await node.InspectAsync(id, asksSource: true, cancellation));

    /// <summary>What was gone at the source before the backup called <paramref name="id"/> could read it.</summary>
    /// <exception cref="BackupException">It is not declared, or this node cannot read its store.</exception>
    public static async Task<IReadOnlyList<GapDetails>> ListGapsAsync(this NodeView node, string id, CancellationToken cancellation) =>
        GapDetails.Of(await node.InspectAsync(id, asksSource: false, cancellation));

    private static async Task<StatusReport> InspectAsync(this NodeView node, string id, bool asksSource, CancellationToken cancellation) =>
        await node.Inspector.ReadAsync((await node.FindBackupAsync(id, cancellation)).Definition, asksSource, cancellation);

    /// <summary>The run that is wanted; null when there is none, or one that is to end before the next one begins.</summary>
    public static string? WantedRun(DeclaredBackup? declared) => declared is { IsStopping: false } ? declared.Current?.Id : null;
}
