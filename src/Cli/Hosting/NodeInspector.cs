using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Looks into backups from a node, with the node's own variables and files. Somebody waits at a shell, so it has 15 s; and as each look takes memory beside
/// what backups have, there are two at a time.</summary>
internal sealed class NodeInspector(SecretMirror? secrets = null) : IBackupInspector
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(3);

    private static readonly SemaphoreSlim Looks = new(2);

    public async Task<StatusReport> ReadAsync(string definition, bool asksSource, CancellationToken cancellation)
    {
        const string Name = "definition";
        secrets?.Provide(definition);
        var configuration = ConfigurationLoader.Parse(definition, Name, Environment.GetEnvironmentVariable);
        PemFiles.Check(Name, configuration.Source);
        SecretFiles.Check(Name, configuration.Storage);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await Looks.WaitAsync(limit.Token);
            var look = Task.Run(() => LookAsync(configuration, asksSource, limit.Token), CancellationToken.None);
            _ = look.ContinueWith(
                ended =>
                {
                    _ = ended.Exception; // Told below, unless nobody waits any more.
                    Looks.Release();
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return await look.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BackupException(FailureKind.Source,
                $"Store and source of backup '{configuration.BackupId}' did not tell all within {Limit.TotalSeconds:0} s, or others ask this node the same. Ask again, or another node.");
        }
    }

    private static async Task<StatusReport> LookAsync(BackupConfiguration configuration, bool asksSource, CancellationToken cancellation)
    {
        var store = Stores.OpenToLook(configuration.Storage);
        using var source = asksSource
            ? StatusSource.Of(configuration, store, LeaderPatience)
            : new StatusSource(store, configuration.BackupId.Value, null, null);
        return await source.ReadAsync(null, cancellation);
    }
}
