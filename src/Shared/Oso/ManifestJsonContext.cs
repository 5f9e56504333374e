using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Oso;

/// <summary>The generated readers and writers of the manifest's types and the group snapshot's. <see cref="ManifestJson"/> adds what attributes cannot say.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(GroupSnapshot))]
internal sealed partial class ManifestJsonContext : JsonSerializerContext;
