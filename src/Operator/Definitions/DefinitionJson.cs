using System.Text.Json.Serialization;

namespace KafkaBackup.Operator.Definitions;

/// <summary>How texts are quoted in definitions.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
