using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client;

/// <summary>A cluster as one client sees it: who leads which partition, and where that ends. What is asked for that has connections of its own, beside those that records go over; all are cut off as one.</summary>
internal sealed class ClusterClient : IDisposable
{
    /// <summary>How long anything small may take, as of all clients here.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Another broker may know at once what one that has fallen silent does not say.</summary>
    private static readonly TimeSpan AnyPatience = TimeSpan.FromSeconds(10);

    /// <summary>So long after a look at the cluster nobody looks again at what was looked at.</summary>
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private const int Consumer = -1; // As a replica's id.
    private const sbyte ReadUncommitted = 0;
    private const long Latest = -1;

    private readonly BrokerConnector _connector;
    private readonly IReadOnlyList<BrokerAddress> _bootstrap;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<BrokerAddress, Task<OpenConnection>> _connections = [];
    private readonly List<WireConnection> _open = [];
    private ClusterSnapshot _snapshot = ClusterSnapshot.Empty;
    private Look? _look;
    private int _first;

    /// <summary>A client of the cluster that <paramref name="cluster"/> describes. It connects when it is needed.</summary>
    public ClusterClient(KafkaSection cluster)
    {
        _connector = new BrokerConnector(cluster);
        _bootstrap = [.. cluster.BootstrapServers.Select(BrokerAddress.Parse)];
    }

    /// <summary>Who leads <paramref name="partition"/>.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="after">The generation of the look that has been found wrong; 0: none was.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">Nobody does at the time, or no broker answers.</exception>
    public async Task<PartitionLead> LeadOfAsync(PartitionId partition, int after, CancellationToken cancellation)
    {
        Look look;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended.IsCancellationRequested, this);
            if (_snapshot.FindLead(partition) is { } known && known.Generation > after)
            {
                return known;
            }

            look = _look is { Ended.IsCompleted: false } underWay && (!underWay.HasAsked || underWay.Topics.Contains(partition.Topic))
                ? underWay
                : _look = Begin(_look, isUrgent: !_snapshot.HasHeardOf(partition.Topic));
            if (!look.HasAsked)
            {
                look.Topics.Add(partition.Topic);
            }
        }

        return (await look.Ended.WaitAsync(cancellation)).LeadOf(partition);
    }

    /// <summary>The same; null when it cannot be found out.</summary>
    public async Task<PartitionLead?> FindLeadAsync(PartitionId partition, int after)
    {
        try
        {
            return await LeadOfAsync(partition, after, _ended.Token);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>What was last heard of the cluster.</summary>
    public ClusterSnapshot Known
    {
        get
        {
            lock (_gate)
            {
                return _snapshot;
            }
        }
    }

    /// <summary>Asks the brokers for topics, whatever is known of them; <see cref="Known"/> has the answer then.</summary>
    /// <exception cref="BackupException">No broker answers.</exception>
    public async Task LookAtAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        Look look;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended.IsCancellationRequested, this);
            look = _look is { Ended.IsCompleted: false, HasAsked: false } waiting ? waiting : _look = Begin(_look, isUrgent: true);
            look.Topics.UnionWith(topics);
        }

        await look.Ended.WaitAsync(cancellation);
    }

    /// <summary>Opens a connection to a broker for whoever asks, which is cut off with the others.</summary>
    /// <exception cref="BackupException">It does not answer, or lets nobody in.</exception>
    public Task<OpenConnection> OpenAsync(int node, CancellationToken cancellation) => OpenAsync(AddressOf(node)).WaitAsync(cancellation);

    /// <summary>Where a partition ends, by what its leader has now.</summary>
    /// <exception cref="BackupException">It does not say so; after that the cluster has to be looked at again.</exception>
    public async Task<LogEnds> EndsOfAsync(PartitionId partition, PartitionLead lead, CancellationToken cancellation)
    {
        var connection = await ConnectAsync(AddressOf(lead.Node), cancellation);
        // Of the epoch that lasts a leader tells the end of its log; a consumer's request would tell only what is replicated.
        var appended = await AskEpochAsync(connection, partition, lead, lead.Epoch, cancellation);
        var replicated = await connection.AskAsync<ListOffsetsResponse>(ApiKey.ListOffsets, new ListOffsetsRequest
        {
            IsolationLevel = ReadUncommitted,
            TimeoutMs = (int)Patience.TotalMilliseconds,
            Topics = [new() { Name = partition.Topic, Partitions = [new() { Index = partition.Number, CurrentLeaderEpoch = lead.Epoch, Timestamp = Latest }] }],
        }, Patience, cancellation);
        return appended is { ErrorCode: KafkaError.None, EndOffset: >= 0 } log && replicated.Topics is [{ Partitions: [{ ErrorCode: KafkaError.None } seen] }]
            ? new LogEnds(log.EndOffset, seen.Offset)
            : throw new BackupException(FailureKind.Source, $"{connection.Address} does not say where {partition} ends "
                + $"({appended?.ErrorCode}, {replicated.Topics.FirstOrDefault()?.Partitions.FirstOrDefault()?.ErrorCode})")
            { IsRetryable = true };
    }

    /// <summary>Where the records end that were written while a leader epoch lasted, or the largest one before it; an end below 0 where the leader knows of none.</summary>
    /// <exception cref="BackupException">It does not say so; after that the cluster has to be looked at again.</exception>
    public async Task<(int Epoch, long End)> EndOfEpochAsync(PartitionId partition, PartitionLead lead, int epoch, CancellationToken cancellation)
    {
        var connection = await ConnectAsync(AddressOf(lead.Node), cancellation);
        var told = await AskEpochAsync(connection, partition, lead, epoch, cancellation);
        return told is { ErrorCode: KafkaError.None } ? (told.LeaderEpoch, told.EndOffset)
            : throw new BackupException(FailureKind.Source, $"{connection.Address} does not say where leader epoch {epoch} of {partition} ends ({told?.ErrorCode})") { IsRetryable = true };
    }

    private static async Task<OffsetForLeaderEpochResponse.Partition?> AskEpochAsync(
        WireConnection connection, PartitionId partition, PartitionLead lead, int epoch, CancellationToken cancellation)
    {
        var answer = await connection.AskAsync<OffsetForLeaderEpochResponse>(ApiKey.OffsetForLeaderEpoch, new OffsetForLeaderEpochRequest
        {
            ReplicaId = Consumer,
            Topics = [new() { Name = partition.Topic, Partitions = [new() { Index = partition.Number, CurrentLeaderEpoch = lead.Epoch, LeaderEpoch = epoch }] }],
        }, Patience, cancellation);
        return answer.Topics is [{ Partitions: [var told] }] ? told : null;
    }

    /// <summary>Asks for the id of an idempotent producer, which any broker gives.</summary>
    /// <exception cref="BackupException">None does.</exception>
    public async Task<ProducerIdentity> NewProducerAsync(CancellationToken cancellation)
    {
        var answer = await AskAnyAsync<InitProducerIdResponse>(ApiKey.InitProducerId, new InitProducerIdRequest(), cancellation);
        return answer.ErrorCode switch
        {
            KafkaError.None => new ProducerIdentity(answer.ProducerId, answer.ProducerEpoch),
            KafkaError.ClusterAuthorizationFailed => throw new BackupException(FailureKind.Source, "the user may not write as an idempotent producer: give it Write on a topic, or IdempotentWrite on the cluster"),
            var error => throw new BackupException(FailureKind.Source, $"no broker gives a producer id ({error})") { IsRetryable = true },
        };
    }

    /// <summary>A connection to whichever broker answers, each time another one, which all who ask share.</summary>
    /// <exception cref="BackupException">None answers, or lets anybody in.</exception>
    public async Task<WireConnection> ConnectAnyAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _first);
        List<BrokerAddress> addresses;
        lock (_gate)
        {
            var all = _snapshot.Brokers.Concat(_bootstrap).Distinct().ToList();
            addresses = [.. all.Skip(_first % all.Count), .. all.Take(_first % all.Count)];
        }

        for (var at = 0; ; at++)
        {
            try
            {
                return await ConnectAsync(addresses[at], cancellation);
            }
            catch (BackupException e) when (e.IsRetryable && at + 1 < addresses.Count)
            {
                Interlocked.Increment(ref _first); // The next need not try it first.
            }
        }
    }

    /// <summary>The connection to one broker, which all who ask share.</summary>
    /// <exception cref="BackupException">It does not answer, or lets nobody in.</exception>
    public async Task<WireConnection> ConnectAsync(BrokerAddress address, CancellationToken cancellation)
    {
        Task<OpenConnection>? opening;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended.IsCancellationRequested, this);
            if (!_connections.TryGetValue(address, out opening) || (opening.IsCompleted && !(opening.IsCompletedSuccessfully && opening.Result.IsUsable)))
            {
                _connections[address] = opening = Task.Run(() => OpenAsync(address));
            }
        }

        return (await opening.WaitAsync(cancellation)).Connection;
    }

    /// <inheritdoc />
    /// <remarks>What is not sent by now never is. Once more does nothing.</remarks>
    public void Dispose()
    {
        _ = _ended.CancelAsync(); // What waits for that does not run before the connections are cut.
        lock (_gate)
        {
            _open.ForEach(connection => connection.Dispose());
        }

        _connector.Dispose();
    }

    private BrokerAddress AddressOf(int node)
    {
        lock (_gate)
        {
            return _snapshot.AddressOf(node) ?? throw new BackupException(FailureKind.Source, $"broker {node} is not there any more") { IsRetryable = true };
        }
    }

    /// <summary>Asks a broker what all of them know, each time another one: one that lags behind is not asked for ever.</summary>
    private async Task<T> AskAnyAsync<T>(ApiKey key, IWireStruct request, CancellationToken cancellation)
        where T : class, IWireStruct
    {
        var connection = await ConnectAnyAsync(cancellation);
        return await connection.AskAsync<T>(key, request, AnyPatience, cancellation);
    }

    private async Task<OpenConnection> OpenAsync(BrokerAddress address)
    {
        var opened = await _connector.OpenAsync(address, _ended.Token);
        lock (_gate)
        {
            _open.RemoveAll(connection => !connection.IsAlive);
            _open.Add(opened.Connection); // Also one that another has taken the place of may have requests on their way.
            if (_ended.IsCancellationRequested)
            {
                opened.Connection.Dispose();
            }
        }

        return opened;
    }

    private Look Begin(Look? before, bool isUrgent)
    {
        var look = new Look();
        look.Ended = LookAsync(look, before, isUrgent ? TimeSpan.Zero : LookPause);
        return look;
    }

    private async Task<ClusterSnapshot> LookAsync(Look look, Look? before, TimeSpan pause)
    {
        await (before?.Ended ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await Task.Delay(pause, _ended.Token);
        List<MetadataRequest.Topic> topics;
        lock (_gate)
        {
            look.HasAsked = true;
            topics = [.. look.Topics.Select(topic => new MetadataRequest.Topic { Name = topic })];
        }

        var answer = await AskAnyAsync<MetadataResponse>(ApiKey.Metadata, new MetadataRequest { Topics = topics, AllowAutoTopicCreation = false }, _ended.Token);
        lock (_gate)
        {
            return _snapshot = _snapshot.Next(answer);
        }
    }

    /// <summary>A look at some topics. One that is wanted later than it asks is not among what it finds.</summary>
    private sealed class Look
    {
        public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

        public bool HasAsked { get; set; }

        public Task<ClusterSnapshot> Ended { get; set; } = Task.FromResult(ClusterSnapshot.Empty);
    }
}
