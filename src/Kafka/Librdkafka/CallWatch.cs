namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Watches how long one call into a client takes. Told by the thread that calls, asked by any.</summary>
internal sealed class CallWatch
{
    /// <summary>How long one call may take before it is taken for lost. All that are made set themselves limits of seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private long _began;

    /// <summary>Whether the client does not come back from a call. The thread is then lost until it does, and with it the client.</summary>
    public bool IsLost => Interlocked.Read(ref _began) is var began && began != 0 && TimeProvider.System.GetElapsedTime(began) > Limit;

    /// <summary>A call begins, or one of many that belong together.</summary>
    public void Begin() => Interlocked.Exchange(ref _began, TimeProvider.System.GetTimestamp());

    /// <summary>It came back.</summary>
    public void End() => Interlocked.Exchange(ref _began, 0);
}
