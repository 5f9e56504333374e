using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Copies keys and values out of librdkafka's memory to one batch, instead of making an array of each.</summary>
internal sealed class BatchDeserializer : IDeserializer<BatchSlice>
{
    /// <summary>The batch that is filled. One thread polls a consumer, and sets this before it does.</summary>
    public ConfluentBatch? Target { get; set; }

    public BatchSlice Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? BatchSlice.Null : Target!.Copy(data);
}
