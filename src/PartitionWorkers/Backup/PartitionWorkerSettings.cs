using Akka.Configuration;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>The timing of a partition worker, from HOCON <c>kafka-backup.worker</c>.</summary>
public sealed record PartitionWorkerSettings
{
    /// <summary>How long an answer of the ledger actor is waited for before the question is repeated. Default: 2 s.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause before the first retry after a failure that may pass; doubled with each further one. Default: 500 ms.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest such pause. Default: 20 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many failures in a row, without a commit between them, are borne. Default: 8.</summary>
    public int MaxFailures { get; init; } = 8;

    /// <summary>How long the journal is waited for before an order is begun without what it knows. Default: 30 s.</summary>
    public TimeSpan JournalPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From which size on, in bytes before compression, an upload is journaled: a smaller segment is read again in less time. Default: 1 MiB.</summary>
    public long JournaledFrom { get; init; } = 1 << 20;

    /// <summary>After how many events the journal's older part is deleted, once nothing in it is needed. Default: 50.</summary>
    public int CompactJournalEvery { get; init; } = 50;

    /// <summary>Reads the section.</summary>
    public static PartitionWorkerSettings From(Config config) => new()
    {
        AnswerPatience = config.GetTimeSpan("answer-patience"),
        FirstBackoff = config.GetTimeSpan("first-backoff"),
        MaxBackoff = config.GetTimeSpan("max-backoff"),
        MaxFailures = config.GetInt("max-failures"),
        JournalPatience = config.GetTimeSpan("journal-patience"),
        JournaledFrom = config.GetByteSize("journaled-from").GetValueOrDefault(),
        CompactJournalEvery = config.GetInt("compact-journal-every"),
    };

    /// <summary>The pause before try number <paramref name="failures"/> + 1.</summary>
    public TimeSpan Backoff(int failures) => TimeSpan.FromTicks((long)Math.Min(MaxBackoff.Ticks, FirstBackoff.Ticks * Math.Pow(2, failures - 1)));
}
