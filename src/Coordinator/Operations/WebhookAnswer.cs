namespace KafkaBackup.Coordinator.Operations;

/// <summary>What webhooks answer, in OSO's words.</summary>
internal sealed record WebhookAnswer(string? Result, string? Detail);
