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
    public static JsonObject Write(object status) => JsonSerializer.SerializeToNode(status, status.GetType(), Options)!.AsObject();

    /// <summary>An object of the API server.</summary>
    /// <exception cref="KubernetesException">It is none of this kind.</exception>
    public static T Read<T>(JsonObject found, ResourceKind kind)
    {
        try
        {
            RemoveNulls(found);
            return found.Deserialize<T>(Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            var about = found["metadata"];
            throw new KubernetesException($"{kind.Kind} {about?["namespace"]}/{about?["name"]} cannot be read: {e.Message} See that the CustomResourceDefinitions are of this version.", null, e);
        }
    }

    /// <summary>A field that is null is one that is not given: OSO's optional fields may be so, and then have their defaults.</summary>
    private static void RemoveNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var name in map.Where(item => item.Value is null).Select(item => item.Key).ToList())
                {
                    map.Remove(name);
                }

                foreach (var (_, value) in map)
                {
                    RemoveNulls(value);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    RemoveNulls(item);
                }

                break;
        }
    }
}
