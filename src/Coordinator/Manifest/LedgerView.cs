namespace KafkaBackup.Coordinator.Manifest;

/// <summary>What a run does beside committing, and can do without for a while.</summary>
internal enum LedgerView
{
    /// <summary><c>manifest.json</c>.</summary>
    Manifest,

    /// <summary><c>offsets.db</c> in the store.</summary>
    RemoteOffsets,

    /// <summary><c>offsets.db</c> on this machine.</summary>
    LocalOffsets,

    /// <summary>Merging small parts.</summary>
    Parts,

    /// <summary>Deleting what nothing can name any more.</summary>
    Orphans,

    /// <summary>Deleting what a new store was tried with.</summary>
    Probe,
}
