using System.Collections.Concurrent;
using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore.Nodes;

/// <summary>The nodes that work for one attempt of a restore, and what is known of their work. Used from any thread.</summary>
/// <param name="system">This node's actor system.</param>
/// <param name="definition">The configuration as its user wrote it.</param>
/// <param name="restore">The same, as it is read here.</param>
/// <param name="path">Where the actor that works for restores is on each node, by its name below <c>/user</c>.</param>
/// <param name="workers">The nodes with workers that are up and answer.</param>
/// <param name="clock">Tells for how long nodes have been silent.</param>
public sealed class RestoreCrew(ActorSystem system, string definition, RestoreSection restore, string path, Func<IReadOnlyCollection<Address>> workers, TimeProvider clock)
{
    private static readonly TimeSpan CutOffPatience = TimeSpan.FromSeconds(8);

    /// <summary>After how long a node that would not take work for a passing reason is asked again.</summary>
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<PartitionId, RestoredSoFar> _positions = new();
    private readonly ConcurrentDictionary<string, (long Records, long Bytes)> _reads = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<Address, int> _loads = [];
    private readonly Dictionary<Address, (Fault Reason, long At)> _refusals = [];
    private readonly Dictionary<Address, long> _heardAt = [];
    private int _inWork;
    private int _left;
    private bool _isOver;

    /// <summary>The attempt's name, which no other has.</summary>
    public string Attempt { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The configuration as its user wrote it.</summary>
    public string Definition => definition;

    /// <summary>Whether nothing is to be written.</summary>
    public bool IsDryRun => restore.IsDryRun;

    /// <summary>How far partitions are, by their targets.</summary>
    public IReadOnlyDictionary<PartitionId, RestoredSoFar> Positions => _positions;

    /// <summary>Records that nodes have read.</summary>
    public long Records => _reads.Values.Sum(read => read.Records);

    /// <summary>Bytes of those of them that are wanted.</summary>
    public long Bytes => _reads.Values.Sum(read => read.Bytes);

    /// <summary>Takes in what is to be done, before anything is ordered.</summary>
    public void Begin(RestorePlan plan) => _left = plan.Orders.Count;

    /// <summary>Workers for partitions that are begun together, on a node that is chosen for them.</summary>
    public IReadOnlyList<OrderedWorker> Workers(RestoreServices services, IReadOnlyList<RestorePartition> orders) => [new OrderedWorker(RestoreProxyActor.Props(services, this, orders), orders)];

    /// <summary>The node with the least work, which gets <paramref name="orders"/> more; null when there is none that could.</summary>
    /// <param name="orders">How many partitions.</param>
    /// <param name="refusal">Why nodes do not take work, when there are some and none does.</param>
    public Address? Choose(int orders, out Fault? refusal)
    {
        var nodes = workers();
        lock (_gate)
        {
            if (_isOver)
            {
                refusal = null;
                return null;
            }

            foreach (var (node, _) in _refusals.Where(item => item.Value.Reason.IsRetryable && clock.GetElapsedTime(item.Value.At) > RefusalPatience).ToList())
            {
                _refusals.Remove(node);
            }

            refusal = nodes.Count > 0 && nodes.All(_refusals.ContainsKey) ? nodes.Select(node => _refusals[node].Reason).OrderByDescending(reason => reason.IsRetryable).First() : null;
            var chosen = nodes.Where(node => !_refusals.ContainsKey(node)).OrderBy(node => _loads.GetValueOrDefault(node)).ThenBy(node => node.ToString(), StringComparer.Ordinal).FirstOrDefault();
            if (chosen is not null)
            {
                _loads[chosen] = _loads.GetValueOrDefault(chosen) + orders;
                _heardAt[chosen] = clock.GetTimestamp();
                _inWork += orders;
            }

            return chosen;
        }
    }

    /// <summary>A node has so many partitions less.</summary>
    public void Release(Address node, int orders)
    {
        lock (_gate)
        {
            _loads[node] -= orders;
            _inWork -= orders;
        }
    }

    /// <summary>A node does not take work of this restore; for a reason that may pass it is asked again a minute later.</summary>
    public void Refuse(Address node, Fault refusal)
    {
        lock (_gate)
        {
            _refusals[node] = (refusal, clock.GetTimestamp());
        }
    }

    /// <summary>A partition has come to its end.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _left--;
        }
    }

    /// <summary>A node has answered.</summary>
    public void Hear(Address node)
    {
        lock (_gate)
        {
            _heardAt[node] = clock.GetTimestamp();
        }
    }

    /// <summary>What <paramref name="orders"/> of those that are in work may send in a second.</summary>
    /// <remarks>Before all are begun that can be at a time, it is as if they were: otherwise the first one would have all.</remarks>
    public RateShare ShareOf(int orders)
    {
        lock (_gate)
        {
            var part = orders / (double)Math.Max(orders, Math.Max(_inWork, Math.Min(_left, restore.MaxConcurrentPartitions)));
            return new RateShare(restore.MaxRecordsPerSecond * part, restore.MaxBytesPerSecond * part);
        }
    }

    /// <summary>The actor that works for restores on a node.</summary>
    public ActorSelection At(Address node) => system.ActorSelection(new RootActorPath(node) / "user" / path);

    /// <summary>Takes in how far a partition is.</summary>
    internal void Report(PartitionId target, RestoredSoFar soFar) => _positions[target] = soFar;

    /// <summary>Takes in how much of a batch was read.</summary>
    internal void Report(string batch, long records, long bytes) => _reads[batch] = (records, bytes);

    /// <summary>Ends all writing on all nodes; none is chosen any more.</summary>
    /// <exception cref="AskTimeoutException">A node did not say so in time: it may be writing still.</exception>
    public async Task CutOffAsync()
    {
        List<Address> nodes;
        lock (_gate)
        {
            _isOver = true;
            nodes = [.. _heardAt.Where(node => clock.GetElapsedTime(node.Value) <= NodePatience).Select(node => node.Key)]; // Others have cut themselves off.
        }

        await Task.WhenAll(nodes.Select(node => At(node).Ask<AttemptCutOff>(new CutOffAttempt(Attempt), CutOffPatience)));
    }
}
