namespace KafkaBackup.Coordinator.Operations;

/// <summary>What webhooks are told, in OSO's words.</summary>
internal sealed record WebhookEvent(string Event, string BackupId, long? PitrTimestamp, WebhookEvent.Target RestoredCluster)
{
    /// <summary>The cluster that is validated.</summary>
    public sealed record Target(IReadOnlyList<string> BootstrapServers);
}
