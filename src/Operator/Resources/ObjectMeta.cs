using System.Text.Json.Serialization;
using KafkaBackup.Operator.Api;

namespace KafkaBackup.Operator.Resources;

/// <summary><c>metadata</c>: what of it counts here.</summary>
internal sealed record ObjectMeta(string Name, string Namespace, string Uid)
{
    public long Generation { get; init; }

    public string ResourceVersion { get; init; } = "";

    public DateTimeOffset CreationTimestamp { get; init; }

    /// <summary>When somebody asked for its deletion; it is there until its finalizers are gone.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyList<string> Finalizers { get; init; } = [];

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The object's own name.</summary>
    [JsonIgnore]
    public ObjectKey Key => new(Namespace, Name);

    /// <summary>Whether it cannot go before it is let go under this name.</summary>
    public bool IsHeldBy(string finalizer) => Finalizers.Contains(finalizer, StringComparer.Ordinal);
}
