namespace KafkaBackup.Kafka.Client;

/// <summary>Numbers the records of a partition, by which its leader knows batches again. It asks for a producer's id when it needs one.</summary>
/// <param name="first">Gives the id to begin with, which other partitions may have as well.</param>
/// <param name="another">Gives one that nobody has had.</param>
internal sealed class ProducerSequence(Func<CancellationToken, Task<ProducerIdentity>> first, Func<CancellationToken, Task<ProducerIdentity>> another)
{
    private Func<CancellationToken, Task<ProducerIdentity>> _identify = first;
    private ProducerIdentity? _identity;
    private int _next;

    /// <summary>What the next batch has to say of itself.</summary>
    public async ValueTask<(ProducerIdentity Identity, int First)> NextAsync(CancellationToken cancellation)
    {
        if (_identity is null)
        {
            (_identity, _next) = (await _identify(cancellation), 0);
        }

        return (_identity, _next);
    }

    /// <summary>So many records have arrived.</summary>
    public void Advance(int records) => _next = (int)(((long)_next + records) & int.MaxValue); // Behind the greatest number comes 0.

    /// <summary>The leader knows this producer otherwise than it knows itself: it begins anew as another one.</summary>
    public void Restart() => (_identity, _identify) = (null, another);
}
