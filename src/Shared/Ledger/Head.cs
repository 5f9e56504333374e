namespace KafkaBackup.Shared.Ledger;

/// <summary>The one mutable object of a backup: what it names is backed up, what it does not name is not.</summary>
public sealed record Head
{
    /// <summary>The newest format this program reads, and the one it writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The head before the first one: what a backup without a head amounts to.</summary>
    public static Head None { get; } = new() { Epoch = 0, Seq = 0, Writer = "", CreatedAt = 0, IsClosed = true };

    /// <summary>Version of this object's format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Grows by one when a ledger writer claims the ledger.</summary>
    public required long Epoch { get; init; }

    /// <summary>Grows by one with each swap.</summary>
    public required long Seq { get; init; }

    /// <summary>The current writer, by a name that no other has.</summary>
    public required string Writer { get; init; }

    /// <summary>When the first head was written, ms since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The Kafka cluster whose records these are; null until one is known.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>The <see cref="Seq"/> of the last swap that changed what the manifest shows.</summary>
    public long Change { get; init; }

    /// <summary>The newest entries, not in a part yet.</summary>
    public IReadOnlyList<LedgerEntry> Tail { get; init; } = [];

    /// <summary>Where all older entries are.</summary>
    public IReadOnlyList<PartReference> Parts { get; init; } = [];

    /// <summary>What the covered ones of <see cref="Parts"/> answer for together; null when none is covered.</summary>
    public CoverageReference? Coverage { get; init; }

    /// <summary>Key of the topics object; null before the first.</summary>
    public string? Topics { get; init; }

    /// <summary>What was rendered last; null before the first time.</summary>
    public RenderMark? Rendered { get; init; }

    /// <summary>Whether the current writer ended its run with nothing left behind.</summary>
    public bool IsClosed { get; init; }

    /// <summary>The oldest epoch that may have left objects that nothing names; null when there is none.</summary>
    public long? UncleanSince { get; init; }

    /// <summary>Objects whose names carry an epoch up to this one may have been named by a ledger that was lost: no sweep takes them before a
    /// repair, or an order. Null when there is nothing of that kind.</summary>
    public long? UnsweptThrough { get; init; }

    /// <summary>How many entries the head answers for.</summary>
    public long EntryCount => Tail.Count + Parts.Sum(part => part.Entries);

    /// <summary>Whether the manifest shows less than this head says.</summary>
    public bool IsManifestStale => Rendered is null ? Change > 0 : Rendered.Change != Change;
}
