using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using KafkaBackup.Operator.Api;

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

    /// <summary>A KafkaBackup of the API server.</summary>
    /// <exception cref="KubernetesException">It is none.</exception>
    public static KafkaBackupResource ReadBackup(JsonObject found) => Read<KafkaBackupResource>(found, ResourceKind.KafkaBackup);

    /// <summary>A KafkaRestore of the API server.</summary>
    /// <exception cref="KubernetesException">It is none.</exception>
    public static KafkaRestoreResource ReadRestore(JsonObject found) => Read<KafkaRestoreResource>(found, ResourceKind.KafkaRestore);

    /// <summary>A status as it is sent.</summary>
    public static JsonObject Write<T>(T status) => JsonSerializer.SerializeToNode(status, Options)!.AsObject();

    private static T Read<T>(JsonObject found, ResourceKind kind)
    {
        try
        {
            return found.Deserialize<T>(Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            var about = found["metadata"];
            throw new KubernetesException($"{kind.Kind} {about?["namespace"]}/{about?["name"]} cannot be read: {e.Message} See that the CustomResourceDefinitions are of this version.", null, e);
        }
    }
}
