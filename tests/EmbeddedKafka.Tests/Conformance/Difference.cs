namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>A field that two brokers answered differently; one of them may not have it at all.</summary>
internal sealed record Difference(string Step, string Field, string Kafka, string Embedded)
{
    public override string ToString() => $"{Step} | {Field}: Kafka {Kafka}, the embedded broker {Embedded}";
}
