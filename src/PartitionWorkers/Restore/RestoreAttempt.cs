using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>One attempt of a restore as a node works on it: its connection to the target, which is cut off as one.</summary>
/// <param name="environment">What it works with.</param>
internal sealed class RestoreAttempt(RestoreEnvironment environment)
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private Task<IReadOnlyDictionary<PartitionId, RestorePartition>>? _orders;
    private RestoreTarget? _target;
    private Task? _cutOff;

    /// <summary>What it works with.</summary>
    public RestoreEnvironment Environment => environment;

    /// <summary>Its connection to the target.</summary>
    /// <exception cref="BackupException">It is cut off.</exception>
    public RestoreTarget Target
    {
        get
        {
            lock (_gate)
            {
                return _cutOff is null
                    ? _target ??= environment.Target()
                    : throw new BackupException(FailureKind.Fenced, "This attempt of the restore is over on this node: others may have gone on with it.");
            }
        }
    }

    /// <summary>An order for each partition at the target, from all that the backup holds. It is read once.</summary>
    public Task<IReadOnlyDictionary<PartitionId, RestorePartition>> ReadOrdersAsync()
    {
        lock (_gate)
        {
            return _orders is null or { IsFaulted: true } ? _orders = environment.ReadOrders(_ended.Token) : _orders;
        }
    }

    /// <summary>Ends all writing. Whoever calls waits for the same end.</summary>
    public Task CutOffAsync()
    {
        lock (_gate)
        {
            return _cutOff ??= Task.Run(() =>
            {
                _ended.Cancel();
                _target?.Sink.Dispose();
                _target?.Source.Dispose();
                environment.End();
            });
        }
    }
}
