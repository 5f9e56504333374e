namespace KafkaBackup.Shared.Segments;

/// <summary>Has the memory of stored segments collected soon after they were read.</summary>
/// <remarks>Segments are large and there are few other objects: left alone, the collector lets several times what is in use pile up before it looks at large objects, and a budget of what
/// is in use would say little about what the process takes.</remarks>
internal static class DroppedObjects
{
    /// <summary>So much may pile up: seldom enough that collecting costs next to nothing.</summary>
    private const long Most = 64L * 1024 * 1024;

    /// <summary>However fast they are read.</summary>
    private const long PauseMs = 1_000;

    private static long _bytes;
    private static long _collectedAt;

    /// <summary>Nobody holds an object of that size any more.</summary>
    public static void Add(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) >= Most && Environment.TickCount64 - Interlocked.Read(ref _collectedAt) >= PauseMs)
        {
            Interlocked.Exchange(ref _bytes, 0);
            Interlocked.Exchange(ref _collectedAt, Environment.TickCount64);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
    }
}
