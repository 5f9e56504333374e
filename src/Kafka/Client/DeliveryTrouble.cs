namespace KafkaBackup.Kafka.Client;

/// <summary>How long a batch has not been delivered, and why.</summary>
internal sealed class DeliveryTrouble(TimeProvider clock)
{
    /// <summary>What passes is waited for: a leader that is elected anew or a broker that restarts costs no restore.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What somebody has to change may be changed, as when a password is replaced here and there.</summary>
    private static readonly TimeSpan HopelessPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), MostPause = TimeSpan.FromSeconds(2);

    private TimeSpan _pause = FirstPause;
    private long? _began;
    private long _hopelessSince;

    /// <summary>The latest reason.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Whether the latest reason is one that does not pass by itself.</summary>
    public bool IsHopeless { get; private set; }

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Lasts => _began is { } began ? clock.GetElapsedTime(began) : TimeSpan.Zero;

    /// <summary>Whether it is to be given up.</summary>
    public bool HasLasted => Lasts >= Patience || (IsHopeless && clock.GetElapsedTime(_hopelessSince) >= HopelessPatience);

    /// <summary>How long it was tried, for messages.</summary>
    public string Text => Lasts.TotalMinutes >= 2 ? $"{Lasts.TotalMinutes:0} minutes" : $"{Lasts.TotalSeconds:0} s";

    /// <summary>Another attempt has failed.</summary>
    /// <param name="reason">Why, without a full stop.</param>
    /// <param name="isHopeless">Whether it will fail again as long as nobody changes anything.</param>
    public void Note(string reason, bool isHopeless)
    {
        var now = clock.GetTimestamp();
        _began ??= now;
        _hopelessSince = isHopeless && !IsHopeless ? now : _hopelessSince;
        (Reason, IsHopeless) = (reason, isHopeless);
    }

    /// <summary>Waits before the next attempt, each time longer.</summary>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        await Task.Delay(_pause, clock, cancellation);
        _pause = _pause * 2 < MostPause ? _pause * 2 : MostPause;
    }
}
