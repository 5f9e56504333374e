namespace KafkaBackup.Shared.Ledger.Repair;

/// <summary>What a repair found and made.</summary>
public sealed record RepairReport
{
    /// <summary>The backup.</summary>
    public required BackupId Backup { get; init; }

    /// <summary>Whether there was a sound head.</summary>
    public required bool HadHead { get; init; }

    /// <summary>Parts that read sound.</summary>
    public required int Parts { get; init; }

    /// <summary>Whether there was a sound manifest.</summary>
    public required bool HadManifest { get; init; }

    /// <summary>Segments in the store.</summary>
    public required int Segments { get; init; }

    /// <summary>Segments that the ledger named before, as far as it could be read.</summary>
    public required int NamedBefore { get; init; }

    /// <summary>What the ledger answers for now.</summary>
    public required IReadOnlyList<RepairedPartition> Partitions { get; init; }

    /// <summary>A sentence for each object of the ledger, or manifest, that is missing or does not read sound.</summary>
    public required IReadOnlyList<string> Damage { get; init; }

    /// <summary>A sentence for each segment that is needed and does not read sound.</summary>
    public required IReadOnlyList<string> UnsoundSegments { get; init; }

    /// <summary>Segments that were named and are gone, of offsets that nothing else answers for.</summary>
    public required IReadOnlyList<LostSegment> Lost { get; init; }

    /// <summary>Segments that stay without a name: others answer for what they hold, or they were never committed.</summary>
    public required int Unnamed { get; init; }

    /// <summary>Whether the ledger was sound and says all this already.</summary>
    public required bool WasSound { get; init; }

    /// <summary>The epoch of the head that was written; null when none was.</summary>
    public long? Epoch { get; init; }

    /// <summary>Whether records are known to be missing.</summary>
    public bool HasLosses => Lost.Count > 0 || UnsoundSegments.Count > 0;
}
