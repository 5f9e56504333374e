namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>How long all readers together have heard nothing of the source while they were listening.</summary>
/// <remarks>
/// Each partition bears a silent source for minutes. Without this a run over a thousand of them would bear it for hours, a few at a
/// time, when the source has died for good. Time in which nobody listens, as when all readers wait for their uploads, says nothing about the source.
/// </remarks>
public sealed class SourceStall(TimeProvider clock)
{
    /// <summary>When nobody has heard anything in this much time of listening, the source is given up. 10 minutes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private TimeSpan _heardNothing;
    private int _listeners;
    private long _since;

    /// <summary>Whether there is no use in listening on.</summary>
    public bool IsTooLong
    {
        get
        {
            lock (_gate)
            {
                return _listeners > 0 && _heardNothing + clock.GetElapsedTime(_since) > Limit;
            }
        }
    }

    /// <summary>Somebody begins to listen, or goes on.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            if (_listeners++ == 0)
            {
                _since = clock.GetTimestamp();
            }
        }
    }

    /// <summary>Somebody heard of the source.</summary>
    public void Break()
    {
        lock (_gate)
        {
            (_heardNothing, _since) = (TimeSpan.Zero, clock.GetTimestamp());
        }
    }

    /// <summary>Somebody listens no more, or not now.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_listeners == 0)
            {
                _heardNothing += clock.GetElapsedTime(_since);
            }
        }
    }
}
