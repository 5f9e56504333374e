using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace KafkaBackup.Management.Pbm;

/// <summary>A line that a node answers.</summary>
public sealed record PbmAnswer
{
    /// <summary>What a person reads; null in a line that has none.</summary>
    public string? Text { get; init; }

    /// <summary>The same for programs; null where <see cref="Text"/> only sums up.</summary>
    public JsonNode? Data { get; init; }

    /// <summary>Whether the answer goes on until the connection is closed. Said once, in its first line.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Streams { get; init; }

    /// <summary>Whether this is the last line.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool End { get; init; }

    /// <summary>In the last line: why the command was not carried out, or not wholly; null when it was.</summary>
    public ApiProblem? Problem { get; init; }
}
