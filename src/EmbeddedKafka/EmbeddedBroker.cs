using System.Buffers.Text;
using KafkaBackup.EmbeddedKafka.Groups;
using KafkaBackup.EmbeddedKafka.Logs;
using KafkaBackup.EmbeddedKafka.Net;
using KafkaBackup.EmbeddedKafka.Requests;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.EmbeddedKafka.Transactions;

namespace KafkaBackup.EmbeddedKafka;

/// <summary>A Kafka broker of one node that lives in this process and keeps everything in memory: for the demo, and for tests that need no
/// installation.</summary>
/// <remarks>It serves real clients over TCP on 127.0.0.1. Consumer groups have offsets and no members; access control and
/// replication are not built.</remarks>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private readonly MemoryBudget _budget;
    private readonly TopicCatalog _topics;
    private readonly TransactionCoordinator _transactions;
    private readonly Listener _listener;

    private EmbeddedBroker(EmbeddedBrokerOptions options)
    {
        ClusterId = options.ClusterId ?? Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
        _budget = new MemoryBudget(options.MemoryLimit);
        _topics = new TopicCatalog(_budget, options.TimeProvider, new TopicIds(options.ClusterId), options.MaxPartitions);
        _transactions = new TransactionCoordinator(options.TimeProvider);
        var groups = new GroupOffsets();
        _listener = new Listener(options, endpoint => new RequestRouter(new BrokerParts(
            new BrokerIdentity(ClusterId, endpoint), _topics, _transactions, groups, options.TimeProvider), options.Witness, options.Amend));
    }

    /// <summary>The cluster's id, as clients see it.</summary>
    public string ClusterId { get; }

    /// <summary>The port that clients connect to.</summary>
    public int Port => _listener.Endpoint.Port;

    /// <summary>What clients take as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => _listener.Endpoint.ToString();

    /// <summary>How many bytes count against <see cref="EmbeddedBrokerOptions.MemoryLimit"/> now.</summary>
    public long MemoryUsed => _budget.Used;

    /// <summary>Starts a broker; when this returns, clients can connect.</summary>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken.</exception>
    public static EmbeddedBroker Start(EmbeddedBrokerOptions? options = null)
    {
        options ??= new EmbeddedBrokerOptions();
        return options.Validate() is { Count: > 0 } problems
            ? throw new ArgumentException(string.Join(' ', problems), nameof(options))
            : new EmbeddedBroker(options);
    }

    /// <summary>Compacts a topic now, whatever its cleanup policy: of all records with one key the last stays.</summary>
    /// <remarks>As in Kafka, batches keep their offsets while records in them go: a batch may lose its first or last records, or all of them, and
    /// one without records stays only for the sequence number of its producer. Records of aborted transactions go, markers stay. Untouched stay a
    /// partition's last batch and all from the earliest open transaction on.</remarks>
    /// <param name="topic">The topic's name.</param>
    /// <param name="removeTombstones">Whether records with a null value go too, as they do in Kafka after <c>delete.retention.ms</c>.</param>
    /// <exception cref="ArgumentException">There is no such topic.</exception>
    public void Compact(string topic, bool removeTombstones = false)
    {
        var found = _topics.Find(topic) ?? throw new ArgumentException($"The embedded broker has no topic '{topic}'.", nameof(topic));
        foreach (var log in found.Partitions)
        {
            log.Compact(removeTombstones);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _transactions.Dispose();
    }
}
