using System.Text.Json.Nodes;

namespace KafkaBackup.Operator.Api;

/// <summary>All objects of one kind as they were at one moment.</summary>
/// <param name="Items">The objects.</param>
/// <param name="Version">The moment: where a watch goes on.</param>
public sealed record ObjectList(IReadOnlyList<JsonObject> Items, string Version);
