namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Counts the bytes that all partitions hold, and says no before there are too many.</summary>
internal sealed class MemoryBudget(long limit)
{
    private long _used;

    /// <summary>The most that may be held.</summary>
    public long Limit => limit;

    /// <summary>How much is held now.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes <paramref name="bytes"/>, unless that would be too many.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Takes <paramref name="bytes"/> without asking: for the few that keep what is held consistent, such as transaction markers.</summary>
    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Gives <paramref name="bytes"/> back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _used, -bytes);
}
