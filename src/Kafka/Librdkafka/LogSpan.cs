using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Where a log starts and ends, or why that is not known.</summary>
/// <param name="Start">The log start offset.</param>
/// <param name="End">The end, exclusive.</param>
/// <param name="Error">What the partition's leader answered instead; null when it told both.</param>
internal readonly record struct LogSpan(long Start, long End, Error? Error)
{
    public static LogSpan Of(TopicPartitionOffsetError start, TopicPartitionOffsetError end) =>
        start.Error.IsError ? Failed(start.Error) : end.Error.IsError ? Failed(end.Error) : new LogSpan(start.Offset.Value, end.Offset.Value, null);

    public static LogSpan Failed(Error error) => new(Offset.Unset, Offset.Unset, error);
}
