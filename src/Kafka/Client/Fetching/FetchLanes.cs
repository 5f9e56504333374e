using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>The connections over which records come: a few to each broker, however many partitions are read. A broker answers one request of a connection at a time.</summary>
internal sealed class FetchLanes(ClusterClient cluster)
{
    /// <summary>How many connections there are to a broker at most.</summary>
    public const int Count = 4;

    /// <summary>No quota's window is longer by far.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Node, int Lane), Task<OpenConnection>> _open = [];
    private readonly Dictionary<(int Node, int Lane), long> _heldUntil = [];
    private int _last;

    /// <summary>The lane for whoever comes next: each has about as many.</summary>
    public int Next() => (Interlocked.Increment(ref _last) & int.MaxValue) % Count;

    /// <summary>A broker wants a lane to be quiet for a while, as a quota says (KIP-219). It would answer no sooner.</summary>
    public void Hold(int node, int lane, TimeSpan time)
    {
        lock (_gate)
        {
            _heldUntil[(node, lane)] = Environment.TickCount64 + (long)Math.Min(time.TotalMilliseconds, LongestHold.TotalMilliseconds);
        }
    }

    /// <summary>The connection of a lane, which is made if there is none that can be used. A lane that is held is waited for.</summary>
    /// <exception cref="BackupException">The broker does not answer, or lets nobody in.</exception>
    public async Task<WireConnection> ConnectAsync(int node, int lane, CancellationToken cancellation)
    {
        Task<OpenConnection>? opening;
        long held;
        lock (_gate)
        {
            held = _heldUntil.GetValueOrDefault((node, lane)) - Environment.TickCount64;
            if (!_open.TryGetValue((node, lane), out opening) || (opening.IsCompleted && !(opening.IsCompletedSuccessfully && opening.Result.IsUsable)))
            {
                _open[(node, lane)] = opening = cluster.OpenAsync(node, cancellation);
            }
        }

        if (held > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(held), cancellation);
        }

        return (await opening.WaitAsync(cancellation)).Connection;
    }
}
