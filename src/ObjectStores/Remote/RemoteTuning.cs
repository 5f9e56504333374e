namespace KafkaBackup.ObjectStores.Remote;

/// <summary>How long a store over the network waits, how often it tries, and in which pieces it uploads.</summary>
public sealed record RemoteTuning
{
    /// <summary>A body of up to this many bytes is nothing to speak of.</summary>
    public const int SmallBody = 64 * 1024;

    private const int MaxParts = 10_000;
    private const long MiB = 1024 * 1024;

    /// <summary>What a store is opened with.</summary>
    public static RemoteTuning Default { get; } = new();

    /// <summary>How long a connection, with its TLS handshake, may take to come about. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request without a body to speak of, and the content of an answer, may go without a byte. Default: 30 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request with a large body may go without a byte given to the network or got from it. Default: 60 s.</summary>
    /// <remarks>Not much less: the system takes the last megabytes of a body at once, and a slow line needs this long for them.</remarks>
    public TimeSpan Inactivity { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the parts of a large object may take to become one. Default: 5 min.</summary>
    public TimeSpan CompletionTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a part of an upload or a page of a listing is sent at most before the whole has failed. Default: 4.</summary>
    public int MaxTries { get; init; } = 4;

    /// <summary>The longest pause before the second try; each further one may be twice as long. Default: 200 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>No further try begins this long after the first one. Default: 60 s.</summary>
    public TimeSpan RetryWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Larger content goes in parts, in bytes. Default: 16 MiB.</summary>
    public long MultipartThreshold { get; init; } = 16 * MiB;

    /// <summary>The size of a part in bytes, unless the object would have too many of them. S3 wants 5 MiB or more, Cloud Storage multiples of 256 KiB. Default: 8 MiB.</summary>
    public long PartSize { get; init; } = 8 * MiB;

    /// <summary>How many parts of one object are sent at once. Default: 4.</summary>
    public int ParallelParts { get; init; } = 4;

    /// <summary>The part size in bytes for an object of <paramref name="length"/> bytes: S3 takes 10,000 parts at most, Azure more.</summary>
    public long PartSizeFor(long length)
    {
        var least = (length + MaxParts - 1) / MaxParts;
        return least <= PartSize ? PartSize : (least + MiB - 1) / MiB * MiB;
    }
}
