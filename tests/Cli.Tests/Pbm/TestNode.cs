using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Cli.Hosting.Bootstrap;
using KafkaBackup.Cli.Output;
using KafkaBackup.Cli.Pbm;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>A node in this process, on free ports, with folders of its own.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly string _folder;
    private readonly string? _token;
    private readonly ChannelReader<string> _log;

    private TestNode(WebApplication host, string folder, string name, string? token, ChannelReader<string> log)
    {
        _log = log;
        _host = host;
        _folder = folder;
        _token = token;
        Name = name;
        Stopped = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => Stopped.TrySetResult());
    }

    /// <summary>host:port by which other nodes know it.</summary>
    public string Name { get; }

    public string Address => $"akka.tcp://KafkaBackup@{Name}";

    /// <summary>Reads what the node logs until a line has <paramref name="part"/>, and returns that line.</summary>
    public async Task<string> LoggedAsync(string part)
    {
        using var limit = new CancellationTokenSource(TestLimits.Hang);
        while (true)
        {
            if (await _log.ReadAsync(limit.Token) is var line && line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    public TaskCompletionSource Stopped { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Where it answers HTTP.</summary>
    public Uri Http => new(_host.Urls.Single());

    public ActorSystem Actors => Services.GetRequiredService<ActorSystem>();

    public PbmAddress Pbm => new("127.0.0.1", Services.GetRequiredService<PbmServer>().EndPoint.Port);

    public PbmClient Client => new(Pbm, _token, patience: TestLimits.Hang);

    /// <summary>Starts a node that forms a cluster, or joins the one of <paramref name="seed"/>, and waits until it is a member.</summary>
    public static async Task<TestNode> StartAsync(string? seed = null, string hocon = "", IReadOnlyDictionary<string, string>? variables = null)
    {
        var node = await StartAlone(seed, hocon, variables);
        var up = new TaskCompletionSource();
        Akka.Cluster.Cluster.Get(node.Actors).RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task.WaitAsync(TestLimits.Hang);
        return node;
    }

    /// <summary>Starts a node, and does not wait for anybody to let it in.</summary>
    public static async Task<TestNode> StartAlone(
        string? seed = null, string hocon = "", IReadOnlyDictionary<string, string>? variables = null, string host = "127.0.0.1", HostNames? names = null)
    {
        var folder = Directory.CreateTempSubdirectory("pbm-node-").FullName;
        var name = $"{host}:{FreePort()}";
        var environment = Variables(folder, name, seed ?? name, variables);
        var file = Path.Combine(folder, "node.hocon");
        await File.WriteAllTextAsync(file, hocon);
        var log = Channel.CreateUnbounded<string>();
        var settings = NodeSettings.Read(file, environment.GetValueOrDefault);
        var built = NodeHost.Build(settings, OutputOptions.Default, line => log.Writer.TryWrite(line), names);
        var node = new TestNode(built, folder, name, environment.GetValueOrDefault("KAFKA_BACKUP_PBM_TOKEN"), log.Reader);
        await NodeHost.StartAsync(built, settings, CancellationToken.None);
        return node;
    }

    /// <summary>The variables of a node.</summary>
    public static Dictionary<string, string> Variables(string folder, string name, string seed, IReadOnlyDictionary<string, string>? others = null)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_SEEDS"] = seed,
            ["KAFKA_BACKUP_PORT"] = name.Split(':')[^1],
            ["KAFKA_BACKUP_CATALOG"] = Path.Combine(folder, "catalogue"),
            ["KAFKA_BACKUP_DATA_DIR"] = folder,
            ["KAFKA_BACKUP_MAX_MEMORY_BYTES"] = "100000000",
            ["KAFKA_BACKUP_HTTP_PORT"] = "0",
            ["KAFKA_BACKUP_PBM_PORT"] = "0",
        };
        foreach (var (key, value) in others ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            all[key] = value;
        }

        return all;
    }

    /// <summary>The lines of an answer as a person reads them.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(params string[] command)
    {
        var output = new StringWriter();
        await PbmOutput.WriteAsync(Client, command, asJson: false, output, CancellationToken.None);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Reads what a verb streams until a line has <paramref name="part"/>, and returns that line.</summary>
    public async Task<string> FollowUntilAsync(string part, IAsyncEnumerator<PbmAnswer> answers)
    {
        while (await answers.MoveNextAsync().AsTask().WaitAsync(TestLimits.Hang))
        {
            if (answers.Current.Text!.Contains(part, StringComparison.Ordinal))
            {
                return answers.Current.Text;
            }
        }

        throw new InvalidOperationException($"The answer ended before '{part}'.");
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
