using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace KafkaBackup.Operator.Resources;

/// <summary>How objects become JSON and come out of it. What is not known is left aside: the schema has said what may be there.</summary>
/// <remarks>By reflection: what is generated would set fields that are not given to null, and not to their defaults.</remarks>
internal static class ResourceJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>An object of the API server.</summary>
    /// <exception cref="JsonException">It is none of this kind.</exception>
    public static KafkaBackupResource ReadBackup(JsonObject found) => found.Deserialize<KafkaBackupResource>(Options) ?? throw new JsonException("it is null");

    /// <summary>A status as it is sent.</summary>
    public static JsonObject Write(KafkaBackupStatus status) => JsonSerializer.SerializeToNode(status, Options)!.AsObject();
}
