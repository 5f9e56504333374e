namespace KafkaBackup.Kafka.Wire;

/// <summary>A message, or a part of one, that describes its fields once for reading and writing.</summary>
internal interface IWireStruct
{
    /// <summary>Passes every field through <paramref name="codec"/> in Kafka's order: a writer sends what it gets, a reader gives back what it
    /// read.</summary>
    void Exchange(WireCodec codec);
}
