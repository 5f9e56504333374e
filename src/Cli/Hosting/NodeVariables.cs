using System.Text;
using Akka.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The settings of a node that the environment may give: over its file, which is over what comes with the program.</summary>
internal static class NodeVariables
{
    private const string PbmPort = "KAFKA_BACKUP_PBM_PORT";

    /// <summary>Name, HOCON path, whether it is a list, and what it is for.</summary>
    public static readonly IReadOnlyList<(string Name, string Path, bool IsList, string Help)> All =
    [
        ("KAFKA_BACKUP_CATALOG", "kafka-backup.catalog", false, "Where the cluster keeps what it is to do: a directory that all nodes share, s3://bucket/prefix?..., gs://bucket/prefix or azure://container@account/prefix"),
        ("KAFKA_BACKUP_DATA_DIR", "kafka-backup.node.data-dir", false, "Where this node keeps its journal. All of it may be lost."),
        ("KAFKA_BACKUP_JOURNAL_POSTGRESQL", "kafka-backup.journal.postgresql", false, "A PostgreSQL database for the journal of all nodes (Npgsql's connection string)."),
        ("KAFKA_BACKUP_MAX_MEMORY_BYTES", "kafka-backup.node.max-memory-bytes", false, "Memory for segments of all backups; 0: a quarter of what there is."),
        ("KAFKA_BACKUP_HOSTNAME", "akka.remote.dot-netty.tcp.public-hostname", false, "The name by which other nodes reach this one."),
        ("KAFKA_BACKUP_BIND_HOSTNAME", "akka.remote.dot-netty.tcp.hostname", false, "The address to listen on for other nodes."),
        ("KAFKA_BACKUP_PORT", "akka.remote.dot-netty.tcp.port", false, "The port for other nodes."),
        ("KAFKA_BACKUP_SEEDS", "akka.cluster.seed-nodes", true, "Nodes to join through, host:port, separated by commas. The first one forms the cluster."),
        ("KAFKA_BACKUP_BOOTSTRAP_SERVICE", "kafka-backup.bootstrap.service", false, "Instead of seeds: a name with the addresses of all nodes, such as a headless service's. They ask each other at the port for commands, the same on all."),
        ("KAFKA_BACKUP_BOOTSTRAP_NODES", "kafka-backup.bootstrap.nodes", false, "How many nodes have to be found by it before a cluster is formed: all there are."),
        ("KAFKA_BACKUP_ROLES", "akka.cluster.roles", true, "coordinator, worker, or both; and operator, for objects of Kubernetes."),
        ("KAFKA_BACKUP_OPERATOR_NAMESPACES", "kafka-backup.operator.namespaces", true, "Of the role operator: namespaces whose objects are looked after, separated by commas; unset: all."),
        ("KAFKA_BACKUP_TLS_CERTIFICATE", "kafka-backup.tls.certificate", false, "This node's certificate for the others (PEM); with key and ca, nodes speak TLS only."),
        ("KAFKA_BACKUP_TLS_KEY", "kafka-backup.tls.key", false, "Its key (PEM, without a password)."),
        ("KAFKA_BACKUP_TLS_CA", "kafka-backup.tls.ca", false, "The authorities that sign certificates of nodes (PEM)."),
        ("KAFKA_BACKUP_HTTP_HOST", "kafka-backup.http.host", false, "The address to listen on for commands; off loopback a token is needed."),
        ("KAFKA_BACKUP_HTTP_PORT", "kafka-backup.http.port", false, "The port for commands; 0: a free one."),
        ("KAFKA_BACKUP_HTTP_TOKEN", "kafka-backup.http.token", false, "Demanded of whoever uses the API."),
        ("KAFKA_BACKUP_COMMANDS_TLS_CERTIFICATE", "kafka-backup.commands-tls.certificate", false, "What this node shows at both ports for commands (PEM); with key, they speak TLS only."),
        ("KAFKA_BACKUP_COMMANDS_TLS_KEY", "kafka-backup.commands-tls.key", false, "Its key (PEM, without a password)."),
        ("KAFKA_BACKUP_METRICS_TOKEN", "kafka-backup.metrics.token", false, "Demanded of whoever reads /metrics; unset: anybody may."),
        ("KAFKA_BACKUP_PBM_HOST", "kafka-backup.pbm.host", false, "The address to listen on for 'kafka-backup pbm'; off loopback a token is needed."),
        (PbmPort, "kafka-backup.pbm.port", false, "The port for 'kafka-backup pbm'; 0: a free one; empty or -1: none."),
        ("KAFKA_BACKUP_PBM_TOKEN", "kafka-backup.pbm.token", false, "Demanded of 'kafka-backup pbm'."),
    ];

    /// <summary>What the environment sets.</summary>
    public static Config Read(Func<string, string?> environment)
    {
        var text = new StringBuilder();
        foreach (var (name, path, isList, _) in All)
        {
            // A variable that is there and empty is as good as none, but for the one that is switched off so.
            if (environment(name) is { } value && (value.Length > 0 || name == PbmPort))
            {
                text.AppendLine(isList ? $"{path} = [{string.Join(", ", value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Quote))}]" : $"{path} = {Quote(value)}");
            }
        }

        return ConfigurationFactory.ParseString(text.ToString());
    }

    /// <summary>The settings of the file; none without one.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static Config ReadFile(string? file)
    {
        try
        {
            return file is null ? Config.Empty : ConfigurationFactory.ParseString(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Configuration, $"{file}: the file cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is not BackupException)
        {
            throw new BackupException(FailureKind.Configuration, $"{file}: this is not valid HOCON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
