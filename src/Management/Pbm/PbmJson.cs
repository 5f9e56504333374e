using System.Text.Json.Serialization;

namespace KafkaBackup.Management.Pbm;

/// <summary>How the lines of the protocol become JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PbmRequest))]
[JsonSerializable(typeof(PbmAnswer))]
[JsonSerializable(typeof(PbmVerbHelp))]
public sealed partial class PbmJson : JsonSerializerContext;
