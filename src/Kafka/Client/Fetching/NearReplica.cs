namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>A replica that the leader told to be nearer to this program (KIP-392).</summary>
/// <param name="node">The broker's id.</param>
/// <param name="epoch">Of the leader that told it.</param>
/// <param name="since">When, in milliseconds of <see cref="Environment.TickCount64"/>.</param>
internal sealed class NearReplica(int node, int epoch, long since)
{
    /// <summary>So long Kafka's own consumers stay with one, as by <c>metadata.max.age.ms</c>.</summary>
    private const long StayMs = 300_000;

    /// <summary>So long the leader is asked in its place when it had nothing, or was away.</summary>
    private const long AvoidMs = 1_000;

    private long _avoidedUntil = long.MinValue;

    /// <summary>The broker's id.</summary>
    public int Node => node;

    /// <summary>Of the leader that told it.</summary>
    public int Epoch => epoch;

    /// <summary>Whether the leader is to be asked anew which is near.</summary>
    public bool IsOver => Environment.TickCount64 - since > StayMs;

    /// <summary>Whether the leader is asked at the moment.</summary>
    public bool IsAvoided => Environment.TickCount64 < _avoidedUntil;

    /// <summary>It had no records, or was away.</summary>
    public void Avoid() => _avoidedUntil = Environment.TickCount64 + AvoidMs;
}
