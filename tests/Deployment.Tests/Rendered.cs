using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using YamlDotNet.Serialization;

namespace KafkaBackup.Deployment.Tests;

/// <summary>Objects that Kustomize or Helm made, so that they can be compared: without what only one of them adds.</summary>
internal static class Rendered
{
    /// <summary>Labels and annotations by which Helm knows its own, and restarts pods.</summary>
    private static readonly string[] OfHelm =
        ["app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart", "checksum/config-maps"];

    /// <summary>What Kustomize puts behind names of ConfigMaps, so that a change restarts pods.</summary>
    private static readonly Regex Hash = new("^(?<name>.*-(environment|settings))-[a-z0-9]{10}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>The objects, by kind and name; a field that Kubernetes does not know throws.</summary>
    /// <param name="yaml">All of them.</param>
    /// <param name="space">The namespace that one of the two writes out.</param>
    public static IReadOnlyDictionary<string, string> Of(string yaml, string space) => KubernetesYaml.LoadAllFromString(yaml, strict: true)
        .Select(one => JsonNode.Parse(KubernetesJson.Serialize(one))!.AsObject())
        .ToDictionary(one => $"{one["kind"]} {Whole((string)one["metadata"]!["name"]!)}", one => Plain(one, space).ToJsonString(new() { WriteIndented = true }), StringComparer.Ordinal);

    /// <summary>Objects of kinds that no library knows.</summary>
    public static IReadOnlyList<JsonObject> Untyped(string yaml) =>
    [
        .. yaml.Split("\n---\n").Select(text => new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(text)).Where(one => one is not null)
            .Select(one => JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(one))!.AsObject()),
    ];

    private static JsonObject Plain(JsonObject one, string space)
    {
        var about = one["metadata"]!.AsObject();
        if ((string?)about["namespace"] == space)
        {
            about.Remove("namespace");
        }

        if ((string?)one["kind"] == "ConfigMap")
        {
            about.Remove("labels"); // Kustomize makes them, and labels only some.
        }

        return Plain(one)!.AsObject();
    }

    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(pair => !OfHelm.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, Plain(pair.Value)))
            .Where(pair => pair.Key != "annotations" || pair.Value!.AsObject().Count > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal)),
        JsonArray list => new JsonArray([.. list.Select(Plain).OrderBy(entry => (entry as JsonObject)?["name"]?.ToString(), StringComparer.Ordinal)]),
        JsonValue value when value.TryGetValue<string>(out var text) => Whole(text),
        _ => node?.DeepClone(),
    };

    private static string Whole(string name) => Hash.Match(name) is { Success: true } match ? match.Groups["name"].Value : name;
}
