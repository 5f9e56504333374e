using static KafkaBackup.Shared.Protocol.RestoreNodeProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>For how long a node may work without hearing that it was heard: as long as whoever ordered its work cannot yet take it for gone.</summary>
/// <remarks>It is counted from when the node gave an answer that it knows to have arrived, never from when a question arrives: that may have been on its way for long.</remarks>
internal sealed class Lease(TimeProvider clock)
{
    private readonly SortedDictionary<long, long> _answered = [];
    private long _since = clock.GetTimestamp();

    /// <summary>Whether the work has to end.</summary>
    public bool HasLapsed => clock.GetElapsedTime(_since) > NodeLapse;

    /// <summary>An answer is given.</summary>
    /// <param name="number">To which question.</param>
    /// <param name="heard">The last question of which the answer was heard.</param>
    public void Answer(long number, long heard)
    {
        if (_answered.TryGetValue(heard, out var answeredAt))
        {
            _since = Math.Max(_since, answeredAt);
        }

        foreach (var older in _answered.Keys.TakeWhile(key => key < heard).ToList())
        {
            _answered.Remove(older);
        }

        _answered[number] = clock.GetTimestamp();
    }

    /// <summary>Begins anew, with an order.</summary>
    public void Renew() => _since = clock.GetTimestamp();
}
