using Akka.Configuration;
using KafkaBackup.Cli.Hosting.Bootstrap;
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
    private const string SeedsPath = "akka.cluster.seed-nodes";
    private const string RolesPath = "akka.cluster.roles";

    /// <summary>The actor system's name, the same on all nodes.</summary>
    public static string System => SystemName;

    /// <summary>This node as other nodes address it.</summary>
    public string Name => $"{PublicHost}:{Hocon.GetInt("akka.remote.dot-netty.tcp.port")}";

    /// <summary>Where this node listens for others.</summary>
    public string Listening => $"{Hocon.GetString("akka.remote.dot-netty.tcp.hostname")}:{Hocon.GetInt("akka.remote.dot-netty.tcp.port")}";

    /// <summary>How the nodes find each other; null: through seeds.</summary>
    public NodeBootstrap? Bootstrap { get; private init; }

    /// <summary>Through whom this node joins, for a sentence.</summary>
    public string JoinsThrough => Bootstrap is { } bootstrap
        ? $"{bootstrap.Nodes} nodes by the name {bootstrap.Service}, at port {HttpPort}"
        : string.Join(", ", Hocon.GetStringList(SeedsPath));

    /// <summary>Certificates between nodes; null: nodes speak in the clear, with anybody.</summary>
    public NodeTls? Tls { get; private init; }

    /// <summary>What is shown at the ports for commands; null: they speak in the clear.</summary>
    public NodeCertificate? CommandsTls { get; private init; }

    /// <summary>The database of the workers' journal; null: a file in the data directory.</summary>
    public string? PostgreSqlJournal { get; private init; }

    /// <summary>For how many partitions <c>/metrics</c> has series of their own; 0: for all.</summary>
    public int MaxPartitionLabels { get; private init; }

    /// <summary>Demanded of whoever reads <c>/metrics</c>; empty: nobody is asked for one.</summary>
    public string MetricsToken { get; private init; } = "";

    /// <summary>Namespaces whose objects an operator on this node looks after; empty: all.</summary>
    public IReadOnlyList<string> OperatorNamespaces { get; private init; } = [];

    /// <summary>Whether this node has a role.</summary>
    public bool HasRole(string role) => Hocon.GetStringList(RolesPath).Contains(role);

    /// <summary>Where commands in the manner of <c>pbm</c> are taken; null: nowhere.</summary>
    public PbmSettings? Pbm { get; private init; }

    /// <summary>The name or address by which other nodes reach this one.</summary>
    public string PublicHost => Hocon.GetString("akka.remote.dot-netty.tcp.public-hostname") is { Length: > 0 } name ? name : Hocon.GetString("akka.remote.dot-netty.tcp.hostname");

    /// <summary>Reads file and environment.</summary>
    /// <param name="file">A HOCON file; null: none.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <exception cref="BackupException">Something is missing or wrong; the message has a line for each.</exception>
    public static NodeSettings Read(string? file, Func<string, string?> environment)
    {
        var hocon = NodeVariables.Read(environment).WithFallback(NodeVariables.ReadFile(file))
            .WithFallback(CoordinatorHosting.LoadHocon("cluster")).WithFallback(CoordinatorHosting.LoadHocon("reference"));
        var values = new NodeValues(hocon);
        var tls = NodeTls.Read(values);
        var seeds = values.List(SeedsPath).Select(seed => SeedOf(seed, tls is not null)).ToList();
        var bootstrap = NodeBootstrap.Read(values);
        var commands = NodeCertificate.ReadCommands(values);
        if (bootstrap is not null && commands is not null)
        {
            values.Report("kafka-backup.bootstrap.service and kafka-backup.commands-tls are both set. Nodes that find each other by a name ask at the port for commands in the clear: "
                + "give them akka.cluster.seed-nodes instead, or leave TLS for commands to something before them.");
        }

        if (bootstrap is null && seeds.Count == 0)
        {
            values.Needed(SeedsPath, "the nodes to join through, the same list on all nodes; the first one forms the cluster");
        }
        else if (bootstrap is not null && seeds.Count > 0)
        {
            values.Report($"{SeedsPath} and kafka-backup.bootstrap.service are both set. Nodes join through seeds, or find each other by the service's name: remove one of them, on all nodes.");
        }

        CheckRoles(values);
        values.Port("akka.remote.dot-netty.tcp.port", least: 1);
        var http = values.Port("kafka-backup.http.port", least: bootstrap is null ? 0 : 1);
        var memory = values.Number("kafka-backup.node.max-memory-bytes", 0, long.MaxValue);
        var settings = new NodeSettings(
            ConfigurationFactory.ParseString(
                $"{SeedsPath} = [{string.Join(", ", seeds.Select(seed => $"\"{seed}\""))}]\nakka.remote.dot-netty.tcp.enable-ssl = {(tls is null ? "off" : "on")}")
                .WithFallback(bootstrap?.ToHocon(http) ?? Config.Empty).WithFallback(hocon),
            values.Needed("kafka-backup.catalog", "a directory that all nodes share, s3://bucket/prefix, gs://bucket/prefix or azure://container@account/prefix"),
            values.Needed("kafka-backup.node.data-dir", "a directory of this node's own"),
            memory > 0 ? memory : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
            values.Text("kafka-backup.http.host"),
            http,
            values.Text("kafka-backup.http.token"))
        {
            Tls = tls,
            Bootstrap = bootstrap,
            CommandsTls = commands,
            PostgreSqlJournal = values.Text("kafka-backup.journal.postgresql") is { Length: > 0 } journal ? values.Try(() => Hosting.PostgreSqlJournal.Read(journal)) : null,
            Pbm = values.Try(() => PbmSettings.Read(hocon) is { } pbm ? pbm with { Tls = commands?.ToServerOptions() } : null),
            MaxPartitionLabels = (int)values.Number("kafka-backup.metrics.max-partition-labels", 0, int.MaxValue),
            MetricsToken = values.Text("kafka-backup.metrics.token"),
            OperatorNamespaces = values.List("kafka-backup.operator.namespaces"),
        };
        if (settings.Token.Length == 0 && !ListenAddress.IsLoopback(settings.HttpHost))
        {
            values.Report(
                $"kafka-backup.http.host is {settings.HttpHost}, where others can reach it, and there is no token. Set KAFKA_BACKUP_HTTP_TOKEN, or listen on 127.0.0.1.");
        }

        values.ThrowIfWrong();
        return settings with { DataDirectory = MakeDirectory(settings.DataDirectory) };
    }

    private static void CheckRoles(NodeValues values)
    {
        var roles = values.List(RolesPath);
        if (roles.Count == 0)
        {
            values.Report($"{RolesPath} is no list of roles. Give [coordinator, worker], one of them, or operator beside, in brackets.");
        }

        foreach (var role in roles.Where(role => role is not ("coordinator" or "worker" or NodeOperator.Role)))
        {
            values.Report($"{RolesPath}: there is no role '{role}'. Give coordinator, worker, both, or operator beside.");
        }
    }

    private static string SeedOf(string seed, bool isTls) =>
        seed.Contains("://", StringComparison.Ordinal) ? seed : $"akka.{(isTls ? "ssl." : "")}tcp://{SystemName}@{seed}";

    private static string MakeDirectory(string directory)
    {
        try
        {
            return Directory.CreateDirectory(Path.GetFullPath(directory)).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Configuration,
                $"kafka-backup.node.data-dir is '{directory}', which cannot be made a directory of this node: {e.Message}", e);
        }
    }
}
