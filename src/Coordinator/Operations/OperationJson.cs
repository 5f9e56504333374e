using System.Text.Json.Serialization;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>The generated readers and writers of what operations store and post.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(EvidenceReport))]
internal sealed partial class OperationJson : JsonSerializerContext;
