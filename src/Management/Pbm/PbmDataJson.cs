using System.Text.Json.Serialization;

namespace KafkaBackup.Management.Pbm;

/// <summary>How what verbs answer becomes JSON; the rest is in <see cref="ApiJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClusterMember))]
[JsonSerializable(typeof(ClusterChange))]
[JsonSerializable(typeof(RegionShare))]
[JsonSerializable(typeof(LoggedLine))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class PbmDataJson : JsonSerializerContext;
