namespace KafkaBackup.Testing.Kafka;

/// <summary>One field of a message as text.</summary>
/// <param name="Path">Where it is: <c>Topics[0].Partitions[1].ErrorCode</c>.</param>
/// <param name="Value">What it holds.</param>
public readonly record struct TranscriptField(string Path, string Value)
{
    public override string ToString() => $"{Path}={Value}";
}
