namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Counts what this node has read and stored, for whoever shows how a run goes. Many pipelines write, anybody reads.</summary>
public sealed class NodeProgress
{
    private long _records;
    private long _bytes;
    private long _storedBytes;

    /// <summary>Records read from the source.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Their size as segments hold them, before compression, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Bytes of the segments stored for them.</summary>
    public long StoredBytes => Interlocked.Read(ref _storedBytes);

    internal void Read(long records, long bytes)
    {
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void Stored(long bytes) => Interlocked.Add(ref _storedBytes, bytes);
}
