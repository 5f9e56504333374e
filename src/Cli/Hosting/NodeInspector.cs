using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Looks into backups from a node, with the node's own variables and files. What is away is given up after 10 s: somebody waits at a shell.</summary>
internal sealed class NodeInspector : IBackupInspector
{
    public async Task<StatusReport> ReadAsync(string definition, bool asksSource, CancellationToken cancellation)
    {
        const string Name = "definition";
        var configuration = ConfigurationLoader.Parse(definition, Name, Environment.GetEnvironmentVariable);
        PemFiles.Check(Name, configuration.Source.Security);
        var store = Stores.OpenToLook(configuration.Storage);
        using var source = asksSource ? StatusSource.Of(configuration, store) : new StatusSource(store, configuration.BackupId.Value, null, null);
        return await source.ReadAsync(null, cancellation);
    }
}
