using System.Text.Json.Nodes;

namespace KafkaBackup.Operator.Api;

/// <summary>What a watch tells.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c> or <c>BOOKMARK</c>.</param>
/// <param name="Object">The object as it is, or was when it was deleted.</param>
public sealed record WatchEvent(string Type, JsonObject Object);
