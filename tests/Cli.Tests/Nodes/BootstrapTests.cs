using System.Net;
using System.Net.Sockets;
using KafkaBackup.Cli.Hosting.Bootstrap;
using KafkaBackup.Cli.Tests.Pbm;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>Nodes that find each other by the addresses of a name.</summary>
public sealed class BootstrapTests : IAsyncLifetime
{
    private const string Service = "nodes.test";
    private static readonly string[] Hosts = ["127.0.0.11", "127.0.0.12", "127.0.0.13"];
    private readonly int _http = TestNode.FreePort();
    private readonly List<TestNode> _nodes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nodes_that_find_each_other_by_a_name_form_one_cluster_and_one_that_is_back_joins_it()
    {
        foreach (var host in Hosts)
        {
            await StartAsync(host);
        }

        foreach (var node in _nodes)
        {
            await SeesAllAsync(node);
        }

        await _nodes[0].DisposeAsync();
        _nodes.RemoveAt(0);
        var back = await StartAsync(Hosts[0]);

        await SeesAllAsync(back);
        using var client = new HttpClient();
        Assert.Contains("\"SelfNode\"", await client.GetStringAsync(new Uri(back.Http, NodeBootstrap.Route)), StringComparison.Ordinal);
    }

    private async Task<TestNode> StartAsync(string host)
    {
        var node = await TestNode.StartAlone(
            variables: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["KAFKA_BACKUP_SEEDS"] = "",
                ["KAFKA_BACKUP_BOOTSTRAP_SERVICE"] = Service,
                ["KAFKA_BACKUP_BOOTSTRAP_NODES"] = $"{Hosts.Length}",
                ["KAFKA_BACKUP_BIND_HOSTNAME"] = host,
                ["KAFKA_BACKUP_HTTP_HOST"] = host,
                ["KAFKA_BACKUP_HTTP_PORT"] = $"{_http}",
            },
            host: host,
            names: new HostNames((name, _) => name == Service
                ? Task.FromResult(Array.ConvertAll(Hosts, IPAddress.Parse))
                : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound))));
        _nodes.Add(node);
        return node;
    }

    private static async Task SeesAllAsync(TestNode node)
    {
        await using var changes = node.Client.SendAsync(["cluster", "tail"], CancellationToken.None).GetAsyncEnumerator();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Count < Hosts.Length && await changes.MoveNextAsync().AsTask().WaitAsync(TestLimits.Hang))
        {
            seen.UnionWith(Hosts.Where(host => changes.Current.Text!.Contains($"MemberUp | akka.tcp://KafkaBackup@{host}:", StringComparison.Ordinal)));
        }

        Assert.Equal(Hosts.Length, seen.Count);
    }
}
