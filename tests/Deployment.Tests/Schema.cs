using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace KafkaBackup.Deployment.Tests;

/// <summary>What the definitions of our kinds say of their fields.</summary>
internal static class Schema
{
    public const string Folder = "crds";

    private const string Rules = "x-kubernetes-validations";

    /// <summary>What the API server calls the definitions.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Manifests.Of<V1CustomResourceDefinition>(Folder).Select(one => one.Metadata.Name)];

    /// <summary>The schemas, by kind.</summary>
    public static IReadOnlyDictionary<string, JsonObject> ByKind { get; } = Manifests.Of<V1CustomResourceDefinition>(Folder).ToDictionary(
        one => one.Spec.Names.Kind, one => JsonNode.Parse(KubernetesJson.Serialize(one.Spec.Versions.Single().Schema.OpenAPIV3Schema))!.AsObject(), StringComparer.Ordinal);

    /// <summary>All fields below one, with their paths; entries of lists as <c>[]</c>, those of maps as <c>.*</c>.</summary>
    public static IEnumerable<(string Path, JsonObject Field)> FieldsOf(JsonObject schema, string path = "")
    {
        var children = (schema["properties"]?.AsObject() ?? []).Select(pair => (Path: $"{path}.{pair.Key}".TrimStart('.'), Field: pair.Value))
            .Append((Path: $"{path}[]", Field: schema["items"])).Append((Path: $"{path}.*", Field: schema["additionalProperties"]));
        return children.Where(child => child.Field is JsonObject)
            .SelectMany(child => FieldsOf(child.Field!.AsObject(), child.Path).Prepend((Path: child.Path, Field: child.Field.AsObject())));
    }

    /// <summary>All rules of a kind: of which field they complain, with which sentence, and when.</summary>
    public static IEnumerable<(string Path, string Sentence, string Rule)> RulesOf(string kind) => FieldsOf(ByKind[kind]).Prepend((Path: "", Field: ByKind[kind]))
        .SelectMany(one => (one.Field[Rules]?.AsArray() ?? [])
            .Select(rule => ($"{one.Path}{rule!["fieldPath"]}".TrimStart('.'), (string)rule["message"]!, (string)rule["rule"]!)));
}
