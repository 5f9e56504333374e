using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>All that a store still says of one backup, read and not judged yet.</summary>
public sealed record LedgerEvidence
{
    /// <summary>The backup.</summary>
    public required BackupId Backup { get; init; }

    /// <summary>The head, when it reads sound.</summary>
    public Head? Head { get; init; }

    /// <summary>The tag of what lies where the head belongs, sound or not; null when nothing does.</summary>
    public ETag? HeadTag { get; init; }

    /// <summary>The parts that read sound, newest first.</summary>
    public IReadOnlyList<FoundPart> Parts { get; init; } = [];

    /// <summary>What is remembered of topics: as an intact head names it, else the newest that reads sound.</summary>
    public IReadOnlyList<TopicFacts> Topics { get; init; } = [];

    /// <summary>The object that <see cref="Topics"/> is from; null when there is none.</summary>
    public string? TopicsKey { get; init; }

    /// <summary>The manifest, when it is there and reads sound.</summary>
    public BackupManifest? Manifest { get; init; }

    /// <summary>The sizes of all objects that are, or that something calls, segments; by key.</summary>
    public IReadOnlyDictionary<string, long> Segments { get; init; } = new Dictionary<string, long>();

    /// <summary>A sentence for each object of the ledger, or manifest, that is missing or does not read sound.</summary>
    public IReadOnlyList<string> Damage { get; init; } = [];

    /// <summary>Whether the head, and all that it names, reads sound.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The highest epoch in any name, and of the head.</summary>
    public long HighestEpoch { get; init; }

    /// <summary>The highest number in the name of any part or topics object, and of the head.</summary>
    public long HighestSequence { get; init; }

    /// <summary>Whether the history that the head knows is all there was: it is whole, and no name is newer.</summary>
    public bool IsHistoryWhole { get; init; }

    /// <summary>Whether there is anything at all of this backup.</summary>
    public bool IsEmpty => HeadTag is null && Parts.Count == 0 && TopicsKey is null && Manifest is null && Segments.Count == 0 && Damage.Count == 0;
}
