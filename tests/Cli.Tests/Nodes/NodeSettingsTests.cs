using System.Net;
using System.Net.Sockets;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Tests.Pbm;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>What is said of settings that a node cannot start with.</summary>
public sealed class NodeSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("node-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_with_setting_and_variable()
    {
        var refused = Refused(
            ("KAFKA_BACKUP_PORT", "abc"), ("KAFKA_BACKUP_HTTP_PORT", "99999"), ("KAFKA_BACKUP_MAX_MEMORY_BYTES", "1G"), ("KAFKA_BACKUP_ROLES", "worker,boss"),
            ("KAFKA_BACKUP_SEEDS", ""), ("KAFKA_BACKUP_CATALOG", ""), ("KAFKA_BACKUP_DATA_DIR", ""),
            ("KAFKA_BACKUP_JOURNAL_POSTGRESQL", "Hast=db"), ("KAFKA_BACKUP_PBM_PORT", "x"));

        Assert.Equal(
            [
                "akka.cluster.seed-nodes is not set. Set KAFKA_BACKUP_SEEDS (or the setting in the file of --config) to the nodes to join through, the same list on all nodes; the first one forms the cluster.",
                "akka.cluster.roles: there is no role 'boss'. Give coordinator, worker, both, or operator beside.",
                "akka.remote.dot-netty.tcp.port is 'abc'. Give a whole number from 1 to 65535 in KAFKA_BACKUP_PORT or in the file of --config.",
                "kafka-backup.http.port is '99999'. Give a whole number from 0 to 65535 in KAFKA_BACKUP_HTTP_PORT or in the file of --config.",
                $"kafka-backup.node.max-memory-bytes is '1G'. Give a whole number from 0 to {long.MaxValue} in KAFKA_BACKUP_MAX_MEMORY_BYTES or in the file of --config.",
                "kafka-backup.catalog is not set. Set KAFKA_BACKUP_CATALOG (or the setting in the file of --config) to a directory that all nodes share, s3://bucket/prefix, gs://bucket/prefix or azure://container@account/prefix.",
                "kafka-backup.node.data-dir is not set. Set KAFKA_BACKUP_DATA_DIR (or the setting in the file of --config) to a directory of this node's own.",
                "kafka-backup.journal.postgresql is no connection string of Npgsql, as 'Host=db;Database=kafka_backup;Username=u;Password=p':",
                "kafka-backup.pbm.port is 'x'. Give a port up to 65535, or -1 to listen on none.",
            ],
            refused.Split(Environment.NewLine).Select(line => line.StartsWith("kafka-backup.journal", StringComparison.Ordinal) ? line[..(line.LastIndexOf("':", StringComparison.Ordinal) + 2)] : line));
    }

    [Theory]
    [InlineData("worker")]
    [InlineData("[]")]
    public void A_node_without_a_role_would_do_nothing_and_is_refused(string roles)
    {
        var file = Path.Combine(_folder, "node.hocon");
        File.WriteAllText(file, $"akka.cluster.roles = {roles}");
        var environment = TestNode.Variables(_folder, "127.0.0.1:4053", "127.0.0.1:4053");

        Assert.Equal(
            "akka.cluster.roles is no list of roles. Give [coordinator, worker], one of them, or operator beside, in brackets.",
            Assert.Throws<BackupException>(() => NodeSettings.Read(file, environment.GetValueOrDefault)).Message);
    }

    [Fact]
    public void Seeds_and_a_name_exclude_each_other_and_a_name_wants_a_port_that_others_know() => Assert.Equal(
        [
            "akka.cluster.seed-nodes and kafka-backup.bootstrap.service are both set. Nodes join through seeds, or find each other by the service's name: remove one of them, on all nodes.",
            "kafka-backup.http.port is '0'. Give a whole number from 1 to 65535 in KAFKA_BACKUP_HTTP_PORT or in the file of --config.",
        ],
        Refused(("KAFKA_BACKUP_BOOTSTRAP_SERVICE", "nodes.test"), ("KAFKA_BACKUP_HTTP_PORT", "0")).Split(Environment.NewLine));

    [Fact]
    public void What_is_no_name_is_refused() => Assert.Equal(
        "kafka-backup.bootstrap.service is 'nodes:8080/', which is no name that could have addresses. Give it without port or path.",
        Refused(("KAFKA_BACKUP_SEEDS", ""), ("KAFKA_BACKUP_BOOTSTRAP_SERVICE", "nodes:8080/"), ("KAFKA_BACKUP_HTTP_PORT", "8080")));

    [Fact]
    public void As_many_nodes_as_told_have_to_be_found_by_a_name_and_all_of_them_have_to_answer()
    {
        var environment = TestNode.Variables(_folder, "127.0.0.1:4053", "", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_BOOTSTRAP_SERVICE"] = "nodes.test",
            ["KAFKA_BACKUP_BOOTSTRAP_NODES"] = "5",
            ["KAFKA_BACKUP_HTTP_PORT"] = "8080",
        });

        var discovery = NodeSettings.Read(null, environment.GetValueOrDefault).Hocon.GetConfig("akka.management.cluster.bootstrap.contact-point-discovery");

        Assert.Equal((5, true), (discovery.GetInt("required-contact-point-nr"), discovery.GetBoolean("contact-with-all-contact-points")));
    }

    [Fact]
    public void A_data_directory_that_cannot_be_made_is_named()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Assert.StartsWith(
            $"kafka-backup.node.data-dir is '{file}', which cannot be made a directory of this node: ", Refused(("KAFKA_BACKUP_DATA_DIR", file)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KAFKA_BACKUP_PORT", "for other nodes")]
    [InlineData("KAFKA_BACKUP_HTTP_PORT", "for commands")]
    public async Task A_port_in_use_is_named_with_its_variable(string variable, string purpose)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<BackupException>(() => TestNode.StartAlone(
            variables: new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = $"{port}" }));

        Assert.Equal(FailureKind.Configuration, refused.Kind);
        Assert.StartsWith($"Cannot listen on 127.0.0.1:{port} {purpose}: Address already in use. Set {variable} ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_of_the_journal_is_not_shown_among_the_settings_in_force()
    {
        await using var node = await TestNode.StartAsync(variables: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_JOURNAL_POSTGRESQL"] = "Host=127.0.0.1;Port=1;Username=u;Password=tOpSeCrEt",
        });

        var lines = await node.AskAsync("actor", "config");

        Assert.Contains("kafka-backup.journal.postgresql = <hidden>", lines);
        Assert.DoesNotContain(lines, line => line.Contains("tOpSeCrEt", StringComparison.Ordinal));
    }

    private string Refused(params (string Name, string Value)[] variables)
    {
        var environment = TestNode.Variables(
            _folder, "127.0.0.1:4053", "127.0.0.1:4053", variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal));
        return Assert.Throws<BackupException>(() => NodeSettings.Read(null, environment.GetValueOrDefault)).Message;
    }
}
