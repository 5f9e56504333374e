using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>Reads a cluster by a client of our own: records are read where they lie in a broker's answer, over a few connections to each broker.</summary>
public sealed class NativeRecordSource : IRecordSource
{
    private readonly KafkaClients _clients;
    private readonly CancellationTokenSource _ended = new();

    /// <summary>A source that connects when it is needed.</summary>
    /// <param name="clients">Says how to get in, and puts failures into words.</param>
    public NativeRecordSource(KafkaClients clients)
    {
        _clients = clients;
        Cluster = new ClusterClient(clients.Cluster);
        Lanes = new FetchLanes(Cluster);
        Ended = _ended.Token;
    }

    /// <summary>The cluster.</summary>
    internal ClusterClient Cluster { get; }

    /// <summary>The connections that records come over.</summary>
    internal FetchLanes Lanes { get; }

    /// <summary>Ends when this is disposed of.</summary>
    internal CancellationToken Ended { get; }

    /// <summary>How much is asked for at a time.</summary>
    internal int FetchMaxBytes => _clients.FetchMaxBytes;

    /// <summary>How large an answer may be, and what its batch unpacks to.</summary>
    internal int LargestAnswer => _clients.LargestAnswer;

    /// <summary>What the cluster is called in the configuration.</summary>
    internal string Section => _clients.Cluster.Name;

    /// <summary>Where this program stands; empty: nowhere.</summary>
    internal string Rack => _clients.Cluster.ClientRack ?? "";

    internal SourceStall Stall { get; } = new(TimeProvider.System);

    /// <inheritdoc />
    public IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null) =>
        new FetchStream(this, new ReadFailures(_clients, partition), partition, range, leaderEpoch);

    /// <inheritdoc />
    public void Dispose()
    {
        _ = _ended.CancelAsync();
        Cluster.Dispose();
    }
}
