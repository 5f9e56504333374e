using System.Text.Json.Serialization.Metadata;

namespace KafkaBackup.Management;

/// <summary>What the API's document says of a route.</summary>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Answer">What it answers when it does.</param>
/// <param name="Body">What it takes; null: nothing.</param>
internal sealed record ApiRoute(string Summary, JsonTypeInfo Answer, JsonTypeInfo? Body = null)
{
    /// <summary>A parameter behind the question mark, and what it is for.</summary>
    public (string Name, string Help)? Query { get; init; }
}
