using System.Text.Json.Serialization;
using static KafkaBackup.Shared.Ledger.LedgerDocuments;

namespace KafkaBackup.Shared.Ledger;

/// <summary>How the ledger's documents become JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HeadJson))]
[JsonSerializable(typeof(EntryJson))]
[JsonSerializable(typeof(TopicsJson))]
[JsonSerializable(typeof(CoverageJson))]
internal sealed partial class LedgerJson : JsonSerializerContext;
