using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>The generated readers and writers of offset snapshots.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OffsetSnapshot))]
[JsonSerializable(typeof(OffsetSnapshotMetadata))]
internal sealed partial class OffsetSnapshotJson : JsonSerializerContext;
