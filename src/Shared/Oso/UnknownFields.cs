using System.Text.Json;

namespace KafkaBackup.Shared.Oso;

/// <summary>Fields of a manifest that this program does not know.</summary>
internal static class UnknownFields
{
    /// <summary>The fields of all pieces that describe one thing; the first piece's value of each. Null when there are none.</summary>
    public static IDictionary<string, JsonElement>? Merge(params IEnumerable<IDictionary<string, JsonElement>?> pieces)
    {
        IDictionary<string, JsonElement>? merged = null;
        foreach (var piece in pieces.OfType<IDictionary<string, JsonElement>>().Where(piece => piece.Count > 0))
        {
            merged = merged is null ? piece : merged.Concat(piece.Where(field => !merged.ContainsKey(field.Key))).ToDictionary();
        }

        return merged;
    }
}
