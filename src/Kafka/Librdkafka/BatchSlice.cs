namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Where a key or value lies in its batch; <see cref="Null"/> for none at all.</summary>
internal readonly record struct BatchSlice(int Start, int Length)
{
    public static BatchSlice Null => new(0, -1);
}
