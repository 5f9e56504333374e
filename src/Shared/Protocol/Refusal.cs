namespace KafkaBackup.Shared.Protocol;

/// <summary>A node does not take an order, or gives one back: it lacks what the backup needs, or is drained. Another may take it.</summary>
/// <param name="Node">The node, by its address.</param>
/// <param name="Nodes">How many nodes of its kind (with workers, or with coordinators) there are, as far as it knows. At least 1.</param>
public sealed record Refusal(string Node, int Nodes);
