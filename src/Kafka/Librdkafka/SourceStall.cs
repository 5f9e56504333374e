namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>How long all readers together have heard nothing of the source.</summary>
/// <remarks>
/// Each partition bears a silent source for minutes. Without this a run over a thousand of them would bear it for hours, a few at a
/// time, when the source has died for good.
/// </remarks>
public sealed class SourceStall
{
    /// <summary>When nobody has heard anything for this long while somebody was listening, the source is given up. 10 minutes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>A longer pause without any reader says nothing about the source: nobody was listening.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private int _readers;
    private long _news;
    private long _pause;

    /// <summary>No reader yet.</summary>
    public SourceStall(TimeProvider clock)
    {
        _clock = clock;
        _news = _pause = clock.GetTimestamp();
    }

    /// <summary>Whether there is no use in listening on.</summary>
    public bool IsTooLong
    {
        get
        {
            lock (_gate)
            {
                return _readers > 0 && _clock.GetElapsedTime(_news) > Limit;
            }
        }
    }

    /// <summary>Somebody begins to listen.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            if (_readers++ == 0 && _clock.GetElapsedTime(_pause) > LongestPause)
            {
                _news = _clock.GetTimestamp();
            }
        }
    }

    /// <summary>Records or an end came.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _news = _clock.GetTimestamp();
        }
    }

    /// <summary>Somebody listens no more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_readers == 0)
            {
                _pause = _clock.GetTimestamp();
            }
        }
    }
}
