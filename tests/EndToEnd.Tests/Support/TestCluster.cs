using System.Text.Json;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>Some nodes of one cluster.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-backup-cluster-");

    /// <summary>A cluster of so many nodes, each with the variables that <paramref name="ofOne"/> gives it.</summary>
    public TestCluster(int count, Func<int, IReadOnlyDictionary<string, string>>? ofOne = null)
    {
        var ports = Enumerable.Range(0, count).Select(_ => TestNode.FreePort()).ToList();
        var seeds = string.Join(",", ports.Select(port => $"127.0.0.1:{port}"));
        Token = ofOne?.Invoke(0).GetValueOrDefault("KAFKA_BACKUP_HTTP_TOKEN");
        Nodes = [.. ports.Select((port, number) => new TestNode(_root.FullName, seeds, port, ofOne?.Invoke(number) ?? new Dictionary<string, string>()))];
    }

    private string? Token { get; }

    public IReadOnlyList<TestNode> Nodes { get; }

    /// <summary>The folder with all that is the nodes' own.</summary>
    public string Root => _root.FullName;

    /// <summary>What <c>--cluster</c> takes.</summary>
    public string Addresses => string.Join(",", Nodes.Select(node => node.Address));

    /// <summary>Starts all nodes, and waits until each sees all others.</summary>
    public async Task<TestCluster> StartAsync()
    {
        foreach (var node in Nodes)
        {
            node.Start();
        }

        await WaitUntilWholeAsync();
        return this;
    }

    /// <summary>Waits until each node sees all others up.</summary>
    public async Task WaitUntilWholeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.Run.WaitForAsync(async () => SeesAll(await node.GetAsync("api/v1/members", Token)));
        }
    }

    /// <summary>Runs a command against the cluster.</summary>
    public async Task<CliResult> RunAsync(string command, params IEnumerable<string> arguments)
    {
        using var run = Start(command, arguments);
        return await run.FinishAsync();
    }

    /// <summary>Starts a command against the cluster.</summary>
    public CliRun Start(string command, params IEnumerable<string> arguments) =>
        CliRun.Start(_root.FullName, [.. command.Split(' '), .. arguments, "--cluster", Addresses]);

    public void Dispose()
    {
        foreach (var node in Nodes)
        {
            node.Dispose();
        }

        _root.Delete(recursive: true);
    }

    private bool SeesAll(string? members) => members is not null
        && JsonDocument.Parse(members).RootElement.EnumerateArray().Count(member =>
            member.GetProperty("status").GetString() == "up" && member.GetProperty("is_reachable").GetBoolean()) == Nodes.Count;
}
