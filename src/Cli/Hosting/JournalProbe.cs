using KafkaBackup.PartitionWorkers.Node;
using Npgsql;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Looks whether the workers' journal can be used.</summary>
internal sealed class JournalProbe(NodeSettings settings, JournalHealth health)
{
    /// <summary>How long a database may take to answer before the node is not ready.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Why it cannot, in a sentence; null when it can.</summary>
    public async Task<string?> WhyAwayAsync(CancellationToken cancellation)
    {
        if (health.Problem is not null || settings.PostgreSqlJournal is not { } database)
        {
            return health.Problem; // A file of this machine needs no question: who uses it tells.
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await AskAsync(database, patience.Token).WaitAsync(Patience, cancellation);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return $"the database of the workers' journal does not answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"the database of the workers' journal cannot be asked: {e.GetBaseException().Message.ReplaceLineEndings(" ")}";
        }
    }

    private static async Task AskAsync(string database, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellation);
    }
}
