namespace KafkaBackup.Coordinator.Restore;

/// <summary>A topic of which a restore held settings.</summary>
/// <param name="Name">Its name at the target.</param>
/// <param name="Settings">What it gets back; null: the cluster's own.</param>
/// <param name="Left">Settings that stay as they are: somebody has changed them since, or the topic could not have what the source had, as with fewer replicas.</param>
public sealed record ReleasedTopic(string Name, IReadOnlyDictionary<string, string?> Settings, IReadOnlyList<string> Left)
{
    /// <summary>Whether the topic that was restored is not there any more.</summary>
    public bool IsGone { get; init; }
}
