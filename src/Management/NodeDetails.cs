namespace KafkaBackup.Management;

/// <summary>A node as it shows itself.</summary>
/// <param name="Node">Its address.</param>
/// <param name="IsDrained">Whether it takes no partitions.</param>
public sealed record NodeDetails(string Node, bool IsDrained);
