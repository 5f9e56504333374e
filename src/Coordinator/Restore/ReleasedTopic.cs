namespace KafkaBackup.Coordinator.Restore;

/// <summary>A topic of which a restore held settings.</summary>
/// <param name="Name">Its name at the target.</param>
/// <param name="Settings">What it gets back; null: the cluster's own.</param>
/// <param name="Left">Settings that stay as they are: somebody has changed them since, or the topic could not have what the source had, as with fewer replicas.</param>
public sealed record ReleasedTopic(string Name, IReadOnlyDictionary<string, string?> Settings, IReadOnlyList<string> Left)
{
    /// <summary>Whether the topic that was restored is not there any more.</summary>
    public bool IsGone { get; init; }

    /// <summary>Whether with these settings it may delete what was restored.</summary>
    public bool MayDelete { get; init; }

    /// <summary>How many records were too old for its own settings when they were restored, as the report of the restore tells; 0 as well where none tells.</summary>
    public long TooOld { get; init; }
}
