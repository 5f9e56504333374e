using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Three brokers of Kafka's own, where KAFKA_BACKUP_TEST_KAFKA_HOME names a folder with scripts that start and kill them.</summary>
internal sealed class ThreeBrokers : IAsyncDisposable
{
    private const string Variable = "KAFKA_BACKUP_TEST_KAFKA_HOME";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly string _home;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("three-brokers-");
    private IAdminClient? _admin;

    private ThreeBrokers(string home) => _home = home;

    public string Address { get; private set; } = "";

    private string Data => Path.Combine(_folder.FullName, "kafka");

    public static async Task<ThreeBrokers> StartOrSkipAsync()
    {
        var home = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(home) || !File.Exists(Path.Combine(home, "up")), $"{Variable} names no folder with Kafka's brokers.");
        var brokers = new ThreeBrokers(home!);
        var told = await brokers.RunAsync("up", "--nodes", "3", "--heap", "256m", "--dir", brokers.Data);
        brokers.Address = told.Split('\n').Single(line => line.StartsWith("export KAFKA_BOOTSTRAP_SERVERS=", StringComparison.Ordinal))
            .Split('=', 2)[1].Replace("\\", "", StringComparison.Ordinal);
        brokers._admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers.Address }).Build();
        return brokers;
    }

    public Task KillAsync(int node) => RunAsync("node", "kill", $"{node}", Data);

    public Task StartAsync(int node) => RunAsync("node", "start", $"{node}", Data);

    public Task CreateTopicAsync(string topic, params List<int> replicas) => _admin!.CreateTopicsAsync(
    [
        new TopicSpecification
        {
            Name = topic,
            NumPartitions = 1,
            ReplicasAssignments = new Dictionary<int, List<int>> { [0] = replicas },
            Configs = new Dictionary<string, string> { ["unclean.leader.election.enable"] = "true", ["retention.ms"] = "-1" },
        },
    ]);

    /// <summary>Waits until the partition is led, or not, as wanted.</summary>
    public async Task WaitForAsync(PartitionId partition, Func<PartitionMetadata, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!PartitionsOf(partition.Topic).Exists(found => found.PartitionId == partition.Number && isWanted(found)))
        {
            await Task.Delay(Pause, limit.Token);
        }
    }

    /// <summary>None while the brokers are busy with an election.</summary>
    private List<PartitionMetadata> PartitionsOf(string topic)
    {
        try
        {
            return _admin!.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        }
        catch (KafkaException)
        {
            return [];
        }
    }

    public void Produce(PartitionId partition, int count)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = Address, LingerMs = 0 }).Build();
        for (var number = 0; number < count; number++)
        {
            producer.Produce(new TopicPartition(partition.Topic, partition.Number), new Message<Null, string> { Value = $"value-{number}" });
        }

        producer.Flush(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        await RunAsync("down", "--fast", "--purge", Data);
        _folder.Delete(recursive: true);
    }

    private async Task<string> RunAsync(string script, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_home, script), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{script} {string.Join(' ', arguments)}: exit {process.ExitCode}");
        return await output;
    }
}
