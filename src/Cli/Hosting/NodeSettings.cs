using Akka.Configuration;
using KafkaBackup.Coordinator;
using KafkaBackup.Management;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The settings of a node, checked.</summary>
/// <param name="Hocon">All of them, for Akka.</param>
/// <param name="Catalog">Where the catalogue is.</param>
/// <param name="DataDirectory">Where local files lie; it exists.</param>
/// <param name="MemoryBytes">Memory for segments and prefetched records.</param>
/// <param name="HttpHost">Where commands are listened for.</param>
/// <param name="HttpPort">The port for it; 0: a free one.</param>
/// <param name="Token">Demanded of whoever uses the API; empty: nobody is asked for one.</param>
internal sealed record NodeSettings(Config Hocon, string Catalog, string DataDirectory, long MemoryBytes, string HttpHost, int HttpPort, string Token)
{
    private const string SystemName = "KafkaBackup";

    /// <summary>The actor system's name, the same on all nodes.</summary>
    public static string System => SystemName;

    /// <summary>This node as other nodes address it.</summary>
    public string Name => $"{PublicHost}:{Hocon.GetInt("akka.remote.dot-netty.tcp.port")}";

    /// <summary>Where commands in the manner of <c>pbm</c> are taken; null: nowhere.</summary>
    public PbmSettings? Pbm { get; } = PbmSettings.Read(Hocon);

    private string PublicHost => Hocon.GetString("akka.remote.dot-netty.tcp.public-hostname") is { Length: > 0 } name ? name : Hocon.GetString("akka.remote.dot-netty.tcp.hostname");

    /// <summary>Reads file and environment.</summary>
    /// <param name="file">A HOCON file; null: none.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <exception cref="BackupException">Something is missing or wrong.</exception>
    public static NodeSettings Read(string? file, Func<string, string?> environment)
    {
        var hocon = NodeVariables.Read(environment).WithFallback(NodeVariables.ReadFile(file))
            .WithFallback(CoordinatorHosting.LoadHocon("cluster")).WithFallback(CoordinatorHosting.LoadHocon("reference"));
        var seeds = hocon.GetStringList("akka.cluster.seed-nodes").Select(SeedOf).ToList();
        if (seeds.Count == 0)
        {
            throw Missing("akka.cluster.seed-nodes", "KAFKA_BACKUP_SEEDS", "the nodes to join through, the same list on all nodes; the first one forms the cluster");
        }

        var catalog = hocon.GetString("kafka-backup.catalog");
        if (catalog.Length == 0)
        {
            throw Missing("kafka-backup.catalog", "KAFKA_BACKUP_CATALOG", "a directory that all nodes share, or s3://bucket/prefix");
        }

        var directory = hocon.GetString("kafka-backup.node.data-dir");
        if (directory.Length == 0)
        {
            throw Missing("kafka-backup.node.data-dir", "KAFKA_BACKUP_DATA_DIR", "a directory of this node's own");
        }

        var memory = hocon.GetLong("kafka-backup.node.max-memory-bytes");
        var settings = new NodeSettings(
            ConfigurationFactory.ParseString($"akka.cluster.seed-nodes = [{string.Join(", ", seeds.Select(seed => $"\"{seed}\""))}]").WithFallback(hocon),
            catalog,
            Path.GetFullPath(directory),
            memory > 0 ? memory : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
            hocon.GetString("kafka-backup.http.host"),
            hocon.GetInt("kafka-backup.http.port"),
            hocon.GetString("kafka-backup.http.token"));
        if (settings.Token.Length == 0 && !ListenAddress.IsLoopback(settings.HttpHost))
        {
            throw new BackupException(FailureKind.Configuration,
                $"kafka-backup.http.host is {settings.HttpHost}, where others can reach it, and there is no token. Set KAFKA_BACKUP_HTTP_TOKEN, or listen on 127.0.0.1.");
        }

        Directory.CreateDirectory(settings.DataDirectory);
        return settings;
    }

    private static string SeedOf(string seed) => seed.Contains("://", StringComparison.Ordinal) ? seed : $"akka.tcp://{SystemName}@{seed}";

    private static BackupException Missing(string path, string variable, string what) =>
        new(FailureKind.Configuration, $"{path} is not set. Set {variable} (or the setting in the file of --config) to {what}.");
}
