using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Kafka.Client;

/// <summary>Writes records so that each arrives once: of a partition one batch is on its way at a time, and one whose end is not known is looked for before it is sent again.</summary>
/// <remarks>
/// Sequence numbers alone would not do: brokers forget producers by the times of their records (<c>producer.id.expiration.ms</c>), and those of a restore are old.
/// </remarks>
/// <param name="clients">Says how to get in.</param>
/// <param name="settings">How records are sent. Default: as those of a restore that says nothing of it.</param>
public sealed partial class KafkaRecordSink(KafkaClients clients, ProduceSettings? settings = null) : IRecordSink
{
    private static readonly TimeSpan TellPause = TimeSpan.FromSeconds(30);

    private readonly ClusterClient _cluster = new(clients.Cluster);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<int, LeaderSender> _senders = [];
    private readonly HashSet<PartitionId> _opened = [];
    private Task<ProducerIdentity>? _identity;
    private long? _lastTold;

    /// <summary>The cluster.</summary>
    internal ClusterClient Cluster => _cluster;

    /// <summary>How records are sent.</summary>
    internal ProduceSettings Settings { get; } = settings ?? new ProduceSettings();

    /// <summary>The addresses as the user gave them.</summary>
    internal string Address => clients.Address;

    /// <summary>After how long it is told that a batch does not arrive. What lasts for less costs nobody any sleep.</summary>
    internal TimeSpan TellAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Ends when this is disposed of.</summary>
    internal CancellationToken Ended => _ended.Token;

    /// <inheritdoc />
    public IRecordWriter Open(PartitionId partition, long end = 0, int sharers = 1, TargetLimits? limits = null)
    {
        lock (_gate)
        {
            // Who opens a partition a second time does not know how far the numbers went the first time.
            var sequence = new ProducerSequence(_opened.Add(partition) ? IdentifyAsync : _cluster.NewProducerAsync, _cluster.NewProducerAsync);
            return new KafkaRecordWriter(this, partition, end, sharers, limits ?? TargetLimits.Default, sequence);
        }
    }

    /// <summary>Who sends to a broker.</summary>
    internal LeaderSender SenderTo(int node)
    {
        lock (_gate)
        {
            if (!_senders.TryGetValue(node, out var sender))
            {
                _senders[node] = sender = new LeaderSender(_cluster, node, Settings, _ended.Token);
                _ = Task.Run(sender.RunAsync);
            }

            return sender;
        }
    }

    /// <summary>Tells why a partition waits, unless it was told of another one just now: mostly all wait for the same.</summary>
    internal void Tell(PartitionId partition, string reason)
    {
        lock (_gate)
        {
            if (_lastTold is { } last && TimeProvider.System.GetElapsedTime(last) < TellPause)
            {
                return;
            }

            _lastTold = TimeProvider.System.GetTimestamp();
        }

        LogWaiting(clients.Logger, partition, Address, reason.TrimEnd('.'));
    }

    /// <inheritdoc />
    /// <remarks>What is not sent by then never is. Once more does nothing.</remarks>
    public void Dispose()
    {
        _ = _ended.CancelAsync(); // What waits for that does not run before the connections are cut.
        _cluster.Dispose();
    }

    /// <summary>The one id of all partitions.</summary>
    private Task<ProducerIdentity> IdentifyAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_identity is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _identity = _cluster.NewProducerAsync(_ended.Token);
            }

            return _identity.WaitAsync(cancellation);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Writing to {Partition} at {Address} waits: {Reason}. It is tried again, as for other partitions that wait")]
    private static partial void LogWaiting(ILogger logger, PartitionId partition, string address, string reason);
}
