using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace KafkaBackup.Management.Pbm;

/// <summary>A line that a verb answers.</summary>
/// <param name="Text">For people.</param>
/// <param name="Data">The same for programs; null in a line that sums up.</param>
internal sealed record PbmLine(string Text, JsonNode? Data = null)
{
    /// <summary>A line of which programs get <paramref name="value"/>.</summary>
    public static PbmLine Of<T>(string text, T value, JsonTypeInfo<T> type) => new(text, JsonSerializer.SerializeToNode(value, type));

    /// <summary>A line of which programs get fields.</summary>
    public static PbmLine Of(string text, params IEnumerable<KeyValuePair<string, string>> fields) =>
        Of(text, new Dictionary<string, string>(fields, StringComparer.Ordinal), PbmDataJson.Default.DictionaryStringString);
}
